import { type FaultHarness, testFaults } from '@sojourn/conformance'
import { startProxy, startRedis } from '@sojourn/testbed'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { RedisClient } from './client.ts'
import { fromIoredis } from './ioredis.ts'
import { fromNodeRedis } from './node-redis.ts'
import { createRedisStore } from './store.ts'

/** Two seconds are little, so that the tests are short. */
const socketTimeout = 2000

testFaults(
  'redis, node-redis',
  createHarness(url => {
    const reconnectStrategy = (retries: number) => Math.min(50 * 2 ** retries, 1000)
    const client = createClient({ url, pingInterval: 500, socket: { socketTimeout, reconnectStrategy } })
    const adapted = fromNodeRedis(client)
    client.connect().catch(() => {})
    return { client: adapted, end: () => client.destroy() }
  }),
)
testFaults(
  'redis, ioredis',
  createHarness(url => {
    const client = new Redis(url, { socketTimeout, autoResendUnfulfilledCommands: false })
    return { client: fromIoredis(client), end: () => client.disconnect() }
  }),
)

interface Connected {
  readonly client: RedisClient
  end(): void
}

function createHarness(connect: (url: string) => Connected): FaultHarness {
  return {
    startServer: () => startRedis({ durable: true }),
    startNetwork: startProxy,
    async open({ url, place }) {
      const { client, end } = connect(url)
      const store = createRedisStore({ client, prefix: `${place}:` })
      const close = store.close.bind(store)
      return Object.assign(store, { close: () => close().finally(end) })
    },
  }
}
