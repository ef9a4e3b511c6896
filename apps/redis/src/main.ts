import { resolve } from 'node:path'
import { createStoredStrategy } from '@sojourn/core'
import { keepSecret, startDemo } from '@sojourn/demo'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { provideRedis } from '@sojourn/testbed'
import { createClient } from 'redis'

const refuse = (error: Error) => {
  console.error(error.message)
  process.exit(1)
}

await using redis = await provideRedis()
const { url } = redis
const isOurs = url !== process.env.REDIS_URL
if (!/^rediss?:/.test(url) || !URL.canParse(url))
  refuse(new Error('REDIS_URL must be as redis://user:password@host:6379'))
console.log(
  `Redis: ${new URL(url).host}`,
  isOurs ? '(started by this demo: its sessions end with it. Set REDIS_URL to keep them.)' : '(REDIS_URL)',
)

const client = createClient({ url })
const store = createRedisStore({ client: fromNodeRedis(client) })
const secret = keepSecret(process.env.DATA_FOLDER || resolve(import.meta.dirname, '../data'))
const strategy = createStoredStrategy({ store, keys: [secret] })

client.connect().catch(() => {}) // why it cannot, the store says
await strategy.directory.find('nobody').catch(refuse)

const second = `\`PORT=3012 ${isOurs ? `REDIS_URL=${url} ` : ''}npx turbo run dev --filter=demo-redis\``
await startDemo({
  strategy,
  title: 'Sessions in Redis',
  about: [
    'Your session lives in Redis, and the cookie in your browser only names it. So any number of servers can serve ' +
      'you, a restart of one signs nobody out, and a session that is ended is ended on all of them at once.',
    isOurs
      ? 'This Redis was started by the demo and ends with it, so for now a restart does sign you out. Name one of ' +
        'your own in `REDIS_URL`, and you stay signed in.'
      : 'Sign in, then restart the server: you stay signed in.',
    'Sign in with another browser, and end one session from the other. Then start a second server, and open it: you ' +
      `are signed in there, too. Start it with: ${second}`,
  ],
  port: 3002,
})
client.destroy()
