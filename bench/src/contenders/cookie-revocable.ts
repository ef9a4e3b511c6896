import { createCookieStrategy, createRevocations } from '@sojourn/cookie'
import { connectRedisStore } from '../redis-store.ts'
import { createRevocableContender } from '../sojourn.ts'

export const contender = createRevocableContender(
  'cookie-revocable',
  'Sojourn, in the cookie; what has ended, in Redis',
  async ({ secrets, store: url }) => {
    const revocations = createRevocations({ store: await connectRedisStore(url) })
    return createCookieStrategy({ keys: secrets, revocations })
  },
)
