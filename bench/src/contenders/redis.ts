import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createClient } from 'redis'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender('redis', 'Sojourn, in Redis', async ({ store: url }) => {
  const client = createClient({
    url,
    pingInterval: 1000,
    socket: { socketTimeout: 3000, reconnectStrategy: retries => Math.min(50 * 2 ** retries, 1000) },
  })
  const store = createRedisStore({ client: fromNodeRedis(client) })
  await client.connect()
  return store
})
