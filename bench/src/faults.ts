import { setTimeout } from 'node:timers/promises'
import { takeEnds } from './child.ts'
import { type ContenderName, isDurable, isShared, storeOf } from './contenders.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { StoreServer } from './store-server.ts'

/** What is broken, and how: see `measureRestart`. */
export interface Fault {
  readonly of: 'server' | 'store'
  /** For the head of a column. */
  readonly title: string
  readonly about: string
  /** Whether the contender has what this breaks. */
  canStrike(contender: ContenderName): boolean
  /** Whether its store keeps what it acknowledged; else it is configured as it comes. Default: as it comes. */
  readonly isStoreDurable?: boolean
  /** Clients go on asking meanwhile. */
  readonly underLoad?: boolean
  /** Then each client writes once more, to the first of the servers that it is routed to. */
  readonly writesAfter?: boolean
  /** Breaks it, and says to which servers the clients are routed: none, if they do not start. Until then, to the first. */
  strike(server: ServerProcess, route: Route, store: StoreServer): Promise<void>
}

type Route = (servers: readonly ServerProcess[]) => void

const frozenMs = 2000
const clockOffMs = 60_000
/** Between the steps of a deploy: a server is sent no more requests for so long before it is stopped. */
const stepMs = 500

const hasServer = (contender: ContenderName) => !['folder', null].includes(storeOf(contender))
const hasOneServer = (contender: ContenderName) =>
  hasServer(contender) && storeOf(contender) !== 'redis-cluster'

async function killStore(_server: ServerProcess, _route: Route, store: StoreServer): Promise<void> {
  await store.kill()
  await store.restart()
}

const startBeside = ({ contender, store }: ServerProcess) =>
  startServer(contender, { store }).catch(() => {
    takeEnds(contender) // which is an outcome, and no mishap
    return null
  })

export const faults = {
  'server-killed': {
    of: 'server',
    title: 'server killed',
    about: 'kill -9 of the server, which is started again',
    canStrike: () => true,
    async strike({ contender, store, port, kill }, route) {
      await kill()
      route([await startServer(contender, { store, port })])
    },
  },
  'second-server': {
    of: 'server',
    title: '2nd server',
    about: 'a second server beside the first, on the same machine',
    canStrike: () => true,
    async strike(server, route) {
      const second = await startBeside(server)
      route(second === null ? [] : [second])
    },
  },
  'rolling-deploy': {
    of: 'server',
    title: 'deploy',
    about: 'two servers under load, started again one after the other',
    canStrike: () => true,
    underLoad: true,
    async strike(first, route) {
      const second = await startBeside(first)
      if (second === null) return route([])
      let servers = [first, second]
      for (const old of [first, second]) {
        route(servers)
        await setTimeout(stepMs)
        const others = servers.filter(server => server !== old)
        route(others)
        await setTimeout(stepMs)
        await old.stop()
        const { contender, store, port } = old
        servers = [...others, await startServer(contender, { store, port })]
      }
      route(servers)
    },
  },
  'secret-rotated': {
    of: 'server',
    title: 'new secret',
    about:
      'a restart with a new secret in front of the old one, where a contender takes two. A server that has only the ' +
      'old one, beside it, would not know the new cookies: give all servers the new secret in second place first',
    canStrike: isDurable,
    async strike({ contender, store, port, kill }, route) {
      await kill()
      route([await startServer(contender, { store, port, isSecretRotated: true })])
    },
  },
  'clock-off': {
    of: 'server',
    title: 'clock',
    about:
      'beside the first, one server whose clock is 60 s ahead, which each client writes to, and one 60 s behind; ' +
      'asked both, of which each must know that write',
    canStrike: isShared,
    underLoad: true,
    writesAfter: true,
    async strike({ contender, store }, route) {
      const ahead = await startServer(contender, { store, clockOffMs })
      route([ahead])
      route([ahead, await startServer(contender, { store, clockOffMs: -clockOffMs })])
    },
  },
  'store-killed': {
    of: 'store',
    title: 'store killed',
    about: 'kill -9 of the store, configured as it comes, which is started again',
    canStrike: hasOneServer,
    strike: killStore,
  },
  'store-killed-durable': {
    of: 'store',
    title: 'durable',
    about: 'the same, of a store configured to keep what it acknowledged',
    canStrike: hasOneServer,
    isStoreDurable: true,
    strike: killStore,
  },
  'store-frozen': {
    of: 'store',
    title: 'store hangs',
    about: 'a store that hangs for 2 s, under load',
    canStrike: hasServer,
    underLoad: true,
    async strike(_server, _route, store) {
      store.freeze()
      await setTimeout(frozenMs)
      store.thaw()
    },
  },
  'primary-killed': {
    of: 'store',
    title: 'primary',
    about: 'kill -9 of a primary of the cluster, under load',
    canStrike: contender => storeOf(contender) === 'redis-cluster',
    underLoad: true,
    async strike(_server, _route, store) {
      await store.killPrimary()
    },
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faults
export const faultNames = Object.keys(faults) as FaultName[]
