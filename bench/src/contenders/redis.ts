import { connectRedisStore } from '../redis-store.ts'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender('redis', 'Sojourn, in Redis', ({ store }) =>
  connectRedisStore(store),
)
