import { relative, resolve } from 'node:path'
import type { SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createLevelStore } from '@sojourn/level'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createClient } from 'redis'

export interface OpenStore {
  readonly store: SessionStore
  /** As `SQLite, data/sessions.db`. */
  readonly place: string
  /** To be called once the store is closed. */
  end(): void
}

/** The Redis of `REDIS_URL`; else, in `folder`, LevelDB with `STORE=level`, and SQLite without. */
export async function openStore(folder: string): Promise<OpenStore> {
  const { REDIS_URL, STORE } = process.env
  if (REDIS_URL) return openRedis(REDIS_URL)
  if (STORE === 'level') {
    const location = resolve(folder, 'sessions')
    const store = await createLevelStore({ location })
    return { store, place: `LevelDB, ${relative('', location)}`, end() {} }
  }
  if (STORE && STORE !== 'sqlite') throw new Error('STORE must be sqlite, the default, or level')
  const file = resolve(folder, 'sessions.db')
  const store = createDatabaseStore({ driver: createSqliteDriver(file) })
  await store.migrate()
  return { store, place: `SQLite, ${relative('', file)}`, end() {} }
}

async function openRedis(url: string): Promise<OpenStore> {
  if (!/^rediss?:/.test(url) || !URL.canParse(url)) {
    throw new Error('REDIS_URL must be as redis://user:password@host:6379')
  }
  const client = createClient({ url })
  client.connect().catch(() => {}) // why it cannot, the store says
  const store = createRedisStore({ client: fromNodeRedis(client) })
  await store.read('nobody')
  return { store, place: `Redis, ${new URL(url).host}`, end: () => client.destroy() }
}
