import type { StoreKind } from '../store-server.ts'
import type { ResgateContender } from './contender.ts'

/** In the order of the tables: the limit, ours, then what people run today. */
const kinds = {
  'resgate-none': { store: null, page: 'ours' },
  'resgate-memory': { store: null, page: 'ours' },
  'resgate-sqlite': { store: 'folder', page: 'ours' },
  'resgate-redis': { store: 'redis', page: 'ours' },
  'resgate-example': { store: null, page: 'classic' },
} as const satisfies Record<string, ResgateKind>

export interface ResgateKind {
  readonly store: StoreKind | null
  /** What its clients do with keys: see `page.ts`. */
  readonly page: 'ours' | 'classic'
}

export type ResgateContenderName = keyof typeof kinds

export const resgateContenderNames = Object.keys(kinds) as ResgateContenderName[]

export const resgateKindOf = (name: ResgateContenderName): ResgateKind => kinds[name]

/** For the tables of rows that others have as well. */
export const isThroughResgate = (row: { readonly contender: string }) => row.contender in kinds

export async function loadResgateContender(name: ResgateContenderName): Promise<ResgateContender> {
  const { contender } = (await import(`./contenders/${name}.ts`)) as { contender: ResgateContender }
  return contender
}
