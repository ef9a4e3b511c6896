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
  'express-session-memory': null,
  'express-session-redis': 'redis',
  'express-session-postgres': 'postgres',
} as const satisfies Record<string, StoreKind | null>

export type ContenderName = keyof typeof stores

export const contenderNames = Object.keys(stores) as ContenderName[]

export const storeOf = (name: ContenderName): StoreKind | null => stores[name]

export async function loadContender(name: ContenderName): Promise<Contender> {
  const { contender } = (await import(`./contenders/${name}.ts`)) as { contender: Contender }
  return contender
}
