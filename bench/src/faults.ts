import { setTimeout } from 'node:timers/promises'
import { type ContenderName, storeOf } from './contenders.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { StoreServer } from './store-server.ts'

/** What is broken, and how: see `measureRestart`. */
export interface Fault {
  /** For the head of a column. */
  readonly title: string
  readonly about: string
  /** Whether the contender has what this breaks. */
  canStrike(contender: ContenderName): boolean
  /** Whether its store keeps what it acknowledged; else it is configured as it comes. Default: as it comes. */
  readonly isStoreDurable?: boolean
  /** Clients go on asking meanwhile. */
  readonly underLoad?: boolean
  /** Breaks it, and returns the server that the clients ask from then on; null if that does not start. */
  strike(server: ServerProcess, store: StoreServer): Promise<ServerProcess | null>
}

const frozenMs = 2000

const hasServer = (contender: ContenderName) => !['folder', null].includes(storeOf(contender))
const hasOneServer = (contender: ContenderName) =>
  hasServer(contender) && storeOf(contender) !== 'redis-cluster'

async function killStore(server: ServerProcess, store: StoreServer): Promise<ServerProcess> {
  await store.kill()
  await store.restart()
  return server
}

export const faults = {
  'server-killed': {
    title: 'server killed',
    about: 'kill -9 of the server, which is started again',
    canStrike: () => true,
    async strike({ contender, store, port, kill }) {
      await kill()
      return startServer(contender, store, port)
    },
  },
  'second-server': {
    title: '2nd server',
    about: 'a second server beside the first',
    canStrike: () => true,
    strike: ({ contender, store }) => startServer(contender, store).catch(() => null),
  },
  'store-killed': {
    title: 'store killed',
    about: 'kill -9 of the store, configured as it comes, which is started again',
    canStrike: hasOneServer,
    strike: killStore,
  },
  'store-killed-durable': {
    title: 'durable',
    about: 'the same, of a store configured to keep what it acknowledged',
    canStrike: hasOneServer,
    isStoreDurable: true,
    strike: killStore,
  },
  'store-frozen': {
    title: 'store hangs',
    about: 'a store that hangs for 2 s, under load',
    canStrike: hasServer,
    underLoad: true,
    async strike(server, store) {
      store.freeze()
      await setTimeout(frozenMs)
      store.thaw()
      return server
    },
  },
  'primary-killed': {
    title: 'primary',
    about: 'kill -9 of a primary of the cluster, under load',
    canStrike: contender => storeOf(contender) === 'redis-cluster',
    underLoad: true,
    async strike(server, store) {
      await store.killPrimary()
      return server
    },
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faults
export const faultNames = Object.keys(faults) as FaultName[]
