import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCookieStrategy, createRevocations } from '@sojourn/cookie'
import { createStoredStrategy, type SessionStore, type SessionStrategy } from '@sojourn/core'
import {
  createDatabaseStore,
  createMysqlDriver,
  createPostgresDriver,
  createSqliteDriver,
  type Driver,
} from '@sojourn/database'
import { createLevelStore } from '@sojourn/level'
import { createMemoryStore } from '@sojourn/memory'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { createClient } from 'redis'
import type { Column } from '../table.ts'
import { markdownTable } from './markdown.ts'

const keys = ['a secret that nothing is signed with']

type Makers = Readonly<Record<string, (folder: string) => SessionStrategy | Promise<SessionStrategy>>>

const over = (store: SessionStore) => createStoredStrategy({ store, keys })
const database = (driver: Driver) => over(createDatabaseStore({ driver }))
const sqlite = (folder: string, name: string) => createSqliteDriver(join(folder, name))

/** None of them connects to a server: that is done by what is asked of them, and nothing is. */
const makers: Makers = {
  '`memory`': () => over(createMemoryStore()),
  '`redis`': () => over(createRedisStore({ client: fromNodeRedis(createClient()) })),
  '`database`, SQLite': folder => database(sqlite(folder, 'sessions.db')),
  '`database`, PostgreSQL': () => database(createPostgresDriver(new Pool())),
  '`database`, MariaDB': () => database(createMysqlDriver(createPool({}))),
  '`level`': async folder => over(await createLevelStore({ location: join(folder, 'level') })),
  '`cookie`': () => createCookieStrategy({ keys }),
  '`cookie`, revocable': () =>
    createCookieStrategy({ keys, revocations: createRevocations({ store: createMemoryStore() }) }),
  '`relogin-key`, memory': () => createReloginKeyStrategy({ keys, store: createMemoryStore() }),
  '`relogin-key`, SQLite': folder =>
    createReloginKeyStrategy({
      keys,
      store: createDatabaseStore({ driver: sqlite(folder, 'keys.db') }),
    }),
}

/** What each strategy itself says that it promises. */
export async function writeTraits(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-traits-'))
  const strategies: [name: string, strategy: SessionStrategy][] = []
  try {
    for (const [name, make] of Object.entries(makers)) strategies.push([name, await make(folder)])
    return markdownTable(strategies, columns)
  } finally {
    await Promise.all(strategies.map(([, strategy]) => strategy.close()))
    await rm(folder, { recursive: true })
  }
}

const columns: readonly Column<[string, SessionStrategy]>[] = [
  { title: '', cell: ([name]) => name, align: 'left' },
  ...(
    [
      ['durable', ({ traits }) => yesNo(traits.durable)],
      ['shared', ({ traits }) => yesNo(traits.shared)],
      ['detects conflicts', ({ traits }) => yesNo(traits.detectsConflicts)],
      ['new credential', ({ traits }) => traits.newCredential.replaceAll('-', ' ')],
      ['revocable', ({ revoker }) => yesNo(revoker !== null)],
      ['listable', ({ directory }) => yesNo(directory !== null)],
      ['bound to its cookie name', ({ traits }) => yesNo(traits.cookieName !== null)],
    ] satisfies [string, (strategy: SessionStrategy) => string][]
  ).map(
    ([title, write]): Column<[string, SessionStrategy]> => ({
      title,
      cell: ([, strategy]) => write(strategy),
      align: 'left',
    }),
  ),
]

const yesNo = (is: boolean) => (is ? 'yes' : 'no')
