import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createClient } from 'redis'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender('redis', 'Sojourn, in Redis', async ({ store: url }) => {
  const client = createClient({ url })
  const store = createRedisStore({ client: fromNodeRedis(client) })
  await client.connect()
  return store
})
