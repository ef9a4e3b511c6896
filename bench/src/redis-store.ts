import type { SessionStore } from '@sojourn/core'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createClient } from 'redis'

/** A store in Redis, connected as the README of `@sojourn/redis` says. */
export async function connectRedisStore(url: string): Promise<SessionStore> {
  const client = createClient({
    url,
    pingInterval: 1000,
    socket: { socketTimeout: 3000, reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000) },
  })
  const store = createRedisStore({ client: fromNodeRedis(client) })
  await client.connect()
  return store
}
