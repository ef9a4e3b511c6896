import type { ContenderName } from '../contenders.ts'
import type { ResgateContenderName } from '../resgate/contenders.ts'
import type { SocketContenderName } from '../sockets/contenders.ts'

export interface Place {
  /** What contenders that are to be seen beside each other have in common. */
  readonly kind: string
  /** The app without sessions, ours, what people run today, or an application of the reader's. */
  readonly side: 'limit' | 'ours' | 'peer' | 'guest'
}

const limit: Place = { kind: 'Without sessions', side: 'limit' }
const ours = (kind: string): Place => ({ kind, side: 'ours' })
const peer = (kind: string): Place => ({ kind, side: 'peer' })

const places: Readonly<Record<ContenderName | SocketContenderName | ResgateContenderName, Place>> = {
  none: limit,
  memory: ours('In memory'),
  'express-session-memory': peer('In memory'),
  redis: ours('In Redis'),
  'redis-cluster': ours('In Redis'),
  'express-session-redis': peer('In Redis'),
  'database-sqlite': ours('In a database'),
  'database-postgres': ours('In a database'),
  'database-mariadb': ours('In a database'),
  'express-session-postgres': peer('In a database'),
  level: ours('In LevelDB'),
  cookie: ours('In the cookie'),
  'cookie-revocable': ours('In the cookie'),
  'client-sessions': peer('In the cookie'),
  'cookie-session': peer('In the cookie'),
  'iron-session': peer('In the cookie'),
  'relogin-key-memory': ours('On sockets'),
  'relogin-key-sqlite': ours('On sockets'),
  'relogin-key-redis': ours('On sockets'),
  'single-use-key': peer('On sockets'),
  'resgate-none': limit,
  'resgate-memory': ours('Through Resgate'),
  'resgate-sqlite': ours('Through Resgate'),
  'resgate-redis': ours('Through Resgate'),
  'resgate-example': peer('Through Resgate'),
}

const guest: Place = { kind: 'Yours', side: 'guest' }

export const placeOf = (contender: string): Place =>
  Object.hasOwn(places, contender) ? places[contender as keyof typeof places] : guest

const order = Object.keys(places)
const kinds = [...new Set(Object.values(places).map(({ kind }) => kind)), guest.kind]

/** Of each once: those of a kind side by side, ours before what people run in their place. */
export function groupContenders(rows: readonly { readonly contender: string }[]): Map<string, string[]> {
  const names = [...new Set(rows.map(({ contender }) => contender))]
  const known = names.toSorted((a, b) => rank(a) - rank(b))
  const groups = Map.groupBy(known, name => placeOf(name).kind)
  return new Map([...groups].toSorted(([a], [b]) => kinds.indexOf(a) - kinds.indexOf(b)))
}

function rank(contender: string): number {
  const index = order.indexOf(contender)
  return index === -1 ? order.length : index
}
