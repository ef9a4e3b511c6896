import { after } from 'node:test'
import { createStoredHarness, type StoreHarness, testStore, testStrategy } from '@sojourn/conformance'
import { provideRedis, startRedisCluster, startRedisSentinel } from '@sojourn/testbed'
import {
  connectIoredis,
  connectIoredisCluster,
  connectIoredisSentinel,
  connectNodeRedis,
  connectNodeRedisCluster,
  connectNodeRedisSentinel,
} from './clients.fixture.ts'
import { createRedisStore } from './store.ts'

const started = new AsyncDisposableStack()
after(() => started.disposeAsync())

const redis = started.use(await provideRedis())
const cluster = started.use(await startRedisCluster())
const { name, sentinels } = started.use(await startRedisSentinel())
const ports = cluster.servers.map(({ port }) => port)

const libraries = {
  'redis, node-redis': started.use(await connectNodeRedis(redis.url)),
  'redis, ioredis': started.use(connectIoredis(redis.url)),
  'Redis Cluster, node-redis': started.use(await connectNodeRedisCluster(ports)),
  'Redis Cluster, ioredis': started.use(connectIoredisCluster(ports)),
  'Redis Sentinel, node-redis': started.use(await connectNodeRedisSentinel(name, sentinels)),
  'Redis Sentinel, ioredis': started.use(connectIoredisSentinel(name, sentinels)),
}

for (const [title, library] of Object.entries(libraries)) {
  const harness: StoreHarness = {
    open: async ({ now, place }) => createRedisStore({ client: library.client(), prefix: `${place}:`, now }),
  }
  testStore(title, harness)
  testStrategy(title, createStoredHarness(harness))
}
