import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { createExpressSessionContender } from '../express-session.ts'

export const contender = createExpressSessionContender(
  'express-session-redis',
  'express-session with connect-redis',
  ({ store }) => {
    const client = createClient({ url: store })
    client.on('error', () => {}) // else the first lost connection would end the process
    client.connect().catch(console.error)
    return new RedisStore({ client })
  },
)
