import type { ContenderName } from '../contenders.ts'
import { placeOf } from '../html/places.ts'
import type { ResgateContenderName } from '../resgate/contenders.ts'
import type { SocketContenderName } from '../sockets/contenders.ts'

const labels: Readonly<Record<ContenderName | SocketContenderName | ResgateContenderName, string>> = {
  none: 'no sessions',
  memory: '`memory`',
  redis: '`redis`',
  'redis-cluster': '`redis`, Cluster',
  'database-sqlite': '`database`, SQLite',
  'database-postgres': '`database`, PostgreSQL',
  'database-mariadb': '`database`, MariaDB',
  level: '`level`',
  cookie: '`cookie`',
  'cookie-revocable': '`cookie`, revocable',
  'express-session-memory': 'express-session, MemoryStore',
  'express-session-redis': 'express-session, connect-redis',
  'express-session-postgres': 'express-session, connect-pg-simple',
  'client-sessions': 'client-sessions',
  'cookie-session': 'cookie-session',
  'iron-session': 'iron-session',
  'relogin-key-memory': '`relogin-key`, memory',
  'relogin-key-sqlite': '`relogin-key`, SQLite',
  'relogin-key-redis': '`relogin-key`, Redis',
  'single-use-key': 'single-use key, by hand',
  'resgate-none': 'no sessions',
  'resgate-memory': '`resgate`, memory',
  'resgate-sqlite': '`resgate`, SQLite',
  'resgate-redis': '`resgate`, Redis',
  'resgate-example': "Resgate's example",
}

export const labelOf = (contender: string): string => labels[contender as keyof typeof labels] ?? contender

/** For what is ours, to be found at once. */
export const emphasise = (contender: string, text: string) =>
  placeOf(contender).side === 'ours' && text !== '' ? `**${text}**` : text
