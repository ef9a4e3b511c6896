export type { RedisClient } from './client.ts'
export { fromIoredis, type Ioredis, type IoredisCluster } from './ioredis.ts'
export {
  fromNodeRedis,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
} from './node-redis.ts'
export { createRedisStore, type RedisStoreOptions } from './store.ts'
