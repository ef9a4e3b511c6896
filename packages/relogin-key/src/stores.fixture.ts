import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { provideRedis } from '@sojourn/testbed'
import { createClient } from 'redis'

/** Makes stores as processes of their own would: those of one place hold the same. */
export interface Stores extends AsyncDisposable {
  open(place: string, now?: () => number): Promise<SessionStore>
}

/** Tells of removals at once. */
export async function startRedisStores(): Promise<Stores> {
  const server = await provideRedis()
  const client = await createClient({ url: server.url }).connect()
  return {
    open: async (place, now = Date.now) =>
      createRedisStore({ client: fromNodeRedis(client), prefix: `${place}:`, now }),
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Tells of the removals of other processes every half second. */
export function startSqliteStores(): Stores {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-relogin-key-'))
  return {
    async open(place, now = Date.now) {
      const store = createDatabaseStore({ driver: createSqliteDriver(join(folder, `${place}.db`)), now })
      await store.migrate()
      return store
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
