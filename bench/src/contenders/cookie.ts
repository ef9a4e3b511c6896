import { createCookieStrategy } from '@sojourn/cookie'
import { createStrategyContender } from '../sojourn.ts'

export const contender = createStrategyContender('cookie', 'Sojourn, in the cookie', ({ secrets }) =>
  createCookieStrategy({ keys: secrets }),
)
