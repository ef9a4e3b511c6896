import { relative, resolve } from 'node:path'
import type { SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createClient } from 'redis'

export interface OpenStore {
  readonly store: SessionStore
  /** As `SQLite, data/sessions.db`. */
  readonly place: string
  /** To be called once the store is closed. */
  end(): void
}

/** The Redis of `url`; without one, SQLite in `folder`. */
export async function openStore(url: string | undefined, folder: string): Promise<OpenStore> {
  if (!url) {
    const file = resolve(folder, 'sessions.db')
    const store = createDatabaseStore({ driver: createSqliteDriver(file) })
    await store.migrate()
    return { store, place: `SQLite, ${relative('', file)}`, end() {} }
  }
  if (!/^rediss?:/.test(url) || !URL.canParse(url)) {
    throw new Error('REDIS_URL must be as redis://user:password@host:6379')
  }
  const client = createClient({ url })
  client.connect().catch(() => {}) // why it cannot, the store says
  const store = createRedisStore({ client: fromNodeRedis(client) })
  await store.read('nobody')
  return { store, place: `Redis, ${new URL(url).host}`, end: () => client.destroy() }
}
