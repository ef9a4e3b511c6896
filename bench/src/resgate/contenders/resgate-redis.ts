import { connectRedisStore } from '../../redis-store.ts'
import { createSessionContender } from '../session-contender.ts'

export const contender = createSessionContender('resgate-redis', 'relogin keys, in Redis', ({ store }) =>
  connectRedisStore(store),
)
