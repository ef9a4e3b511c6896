import type { StoreKind } from '../store-server.ts'
import type { SocketContender } from './contender.ts'

/** In the order of the tables: the limit, ours, then what people run today. */
const kinds = {
  none: { store: null, client: 'ours' },
  'relogin-key-memory': { store: null, client: 'ours' },
  'relogin-key-sqlite': { store: 'folder', client: 'ours' },
  'relogin-key-redis': { store: 'redis', client: 'ours' },
  'single-use-key': { store: null, client: 'page' },
} as const satisfies Record<string, Kind>

export interface Kind {
  readonly store: StoreKind | null
  /** `ours`: `@sojourn/client`, which presents a key with an attempt id. `page`: the script of a page, see `page.ts`. */
  readonly client: 'ours' | 'page'
}

export type SocketContenderName = keyof typeof kinds

export const socketContenderNames = Object.keys(kinds) as SocketContenderName[]

export const kindOf = (name: SocketContenderName): Kind => kinds[name]

/** For the tables of rows that others have as well. */
export const isOnSockets = (row: { readonly contender: string }) =>
  row.contender !== 'none' && row.contender in kinds

export async function loadSocketContender(name: SocketContenderName): Promise<SocketContender> {
  const { contender } = (await import(`./contenders/${name}.ts`)) as { contender: SocketContender }
  return contender
}
