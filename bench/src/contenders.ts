import type { Contender } from './contender.ts'
import type { StoreKind } from './store-server.ts'
import { type PlantName, plantIn } from './trust/plant.ts'

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

/** One of them with a known fault in it, for the self-test: a contender as any other, but in no list and no table. */
export const plantedName = (host: ContenderName, plant: PlantName) => `${host}+${plant}` as ContenderName

const hostOf = (name: ContenderName) => name.split('+')[0] as ContenderName

export const storeOf = (name: ContenderName): StoreKind | null => stores[hostOf(name)]

/** Whether its sessions outlive the server process. */
export const isDurable = (name: ContenderName) => !['memory', 'express-session-memory'].includes(hostOf(name))

/** Whether servers beside each other know the same sessions. */
export const isShared = (name: ContenderName) => isDurable(name) && hostOf(name) !== 'level'

const inCookies = ['cookie', 'cookie-revocable', 'client-sessions', 'cookie-session', 'iron-session']

/** Whether sessions are held on the server, or in a store; else in the browser alone. */
export const holdsSessions = (name: ContenderName) => !inCookies.includes(hostOf(name))

export async function loadContender(name: ContenderName): Promise<Contender> {
  const [host, plant] = name.split('+') as [ContenderName, PlantName?]
  const { contender } = (await import(`./contenders/${host}.ts`)) as { contender: Contender }
  return plant === undefined ? contender : plantIn(contender, plant)
}
