import { connectRedisStore } from '../../redis-store.ts'
import { createReloginContender } from '../relogin.ts'

export const contender = createReloginContender('relogin-key-redis', 'relogin keys, in Redis', ({ store }) =>
  connectRedisStore(store),
)
