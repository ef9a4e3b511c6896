import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  provideDatabase,
  provideRedis,
  type Server,
  startMariadb,
  startPostgres,
  startRedis,
  startRedisCluster,
} from '@sojourn/testbed'
import { type ContenderName, storeOf } from './contenders.ts'

export type StoreKind = 'redis' | 'redis-cluster' | 'postgres' | 'mariadb' | 'folder'

/** Where a contender's sessions live. */
export interface Place {
  /** As `World` has it. */
  readonly address: string
  /** Of its servers, if they are ours. */
  readonly pids: readonly number[]
}

/** One that goes with the run. */
export interface StorePlace extends Place, AsyncDisposable {}

/** A store of one's own, to do harm to. */
export interface StoreServer extends StorePlace {
  kill(): Promise<void>
  restart(): Promise<void>
  freeze(): void
  thaw(): void
  /** Kills one that others depend on, and leaves it dead. Only in a cluster. */
  killPrimary(): Promise<void>
}

/** The store servers of a run: each kind is started when it is first asked for, and shared. */
export class StorePlaces implements AsyncDisposable {
  readonly #servers = new Map<StoreKind, Promise<StorePlace>>()
  readonly #folders: StorePlace[] = []

  /** Where `contender` may keep its sessions: a folder of its own, or the server that all of that kind share. */
  addressFor(contender: ContenderName): Promise<string> {
    return this.addressOf(storeOf(contender))
  }

  async addressOf(kind: StoreKind | null): Promise<string> {
    return (await this.placeOf(kind)).address
  }

  async placeOf(kind: StoreKind | null): Promise<Place> {
    if (kind === null) return { address: '', pids: [] }
    if (kind === 'folder') {
      const folder = await createFolder()
      this.#folders.push(folder)
      return folder
    }
    const server = this.#servers.get(kind) ?? provide(kind)
    server.catch(() => {})
    this.#servers.set(kind, server)
    return server
  }

  /** Whether the server of that kind was started, and has ended by itself. */
  async hasEnded(kind: StoreKind | null): Promise<boolean> {
    const server = kind === null ? undefined : await this.#servers.get(kind)?.catch(() => undefined)
    const answers = await Promise.all(server?.address.split(',').map(isListening) ?? [])
    return answers.includes(false)
  }

  /** Has another server of that kind started when it is next asked for. */
  async replace(kind: StoreKind): Promise<void> {
    const server = await this.#servers.get(kind)
    this.#servers.delete(kind)
    await server?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const servers = await Promise.allSettled(this.#servers.values())
    const places = servers.flatMap(server => (server.status === 'fulfilled' ? [server.value] : []))
    await Promise.all([...places, ...this.#folders].map(place => place[Symbol.asyncDispose]()))
  }
}

async function isListening(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address)
  if (port === '') return true // one of another's, where it is by default
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** @param isDurable what it acknowledged outlives a kill; else it is configured as it comes */
export async function startStoreServer(kind: StoreKind, isDurable: boolean): Promise<StoreServer | null> {
  if (kind === 'folder') return null
  if (kind === 'redis') return harmable(await startRedis({ durable: isDurable }))
  if (kind === 'postgres') return harmable(await startPostgres())
  if (kind === 'mariadb') return harmable(await startMariadb())
  const cluster = await startRedisCluster()
  const all = (act: (server: Server) => unknown) => Promise.all(cluster.servers.map(act))
  return {
    address: cluster.servers.map(({ url }) => url).join(),
    get pids() {
      return cluster.servers.flatMap(pidsOf)
    },
    kill: async () => void (await all(server => server.kill())),
    restart: async () => void (await all(server => server.restart())),
    freeze: () => void all(server => server.freeze()),
    thaw: () => void all(server => server.thaw()),
    killPrimary: async () => (await cluster.primaries())[0]?.kill(),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  }
}

async function provide(kind: Exclude<StoreKind, 'folder'>): Promise<StorePlace> {
  if (kind === 'redis-cluster') return (await startStoreServer(kind, false)) as StoreServer
  const server = await (kind === 'redis'
    ? provideRedis()
    : provideDatabase(kind === 'mariadb' ? 'mysql' : 'postgres'))
  return {
    address: server.url,
    pids: pidsOf(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const pidsOf = ({ pid }: { readonly pid: number | null }) => (pid === null ? [] : [pid])

function harmable(server: Server): StoreServer {
  return {
    address: server.url,
    get pids() {
      return pidsOf(server)
    },
    kill: () => server.kill(),
    restart: () => server.restart(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    async killPrimary() {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function createFolder(): Promise<StorePlace> {
  const address = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
  return { address, pids: [], [Symbol.asyncDispose]: () => rm(address, { recursive: true, force: true }) }
}
