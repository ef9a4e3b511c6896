import type { Contender } from './contender.ts'
import type { StoreKind } from './store-server.ts'

/** In the order of the tables: the limit, ours, then what people run today. With the store that each needs. */
const stores = {
  none: null,
  memory: null,
  redis: 'redis',
  'redis-cluster': 'redis-cluster',
  'database-sqlite': 'folder',
  'database-postgres': 'postgres',
  'database-mariadb': 'mariadb',
  level: 'folder',
  cookie: null,
  'cookie-revocable': 'redis',
  'express-session-memory': null,
  'express-session-redis': 'redis',
  'express-session-postgres': 'postgres',
  'client-sessions': null,
  'cookie-session': null,
  'iron-session': null,
} as const satisfies Record<string, StoreKind | null>

export type ContenderName = keyof typeof stores

export const contenderNames = Object.keys(stores) as ContenderName[]

export const storeOf = (name: ContenderName): StoreKind | null => stores[name]

/** Whether its sessions outlive the server process. */
export const isDurable = (name: ContenderName) => !['memory', 'express-session-memory'].includes(name)

/** Whether servers beside each other know the same sessions. */
export const isShared = (name: ContenderName) => isDurable(name) && name !== 'level'

export async function loadContender(name: ContenderName): Promise<Contender> {
  const { contender } = (await import(`./contenders/${name}.ts`)) as { contender: Contender }
  return contender
}
