import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import type { RedisClient } from './client.ts'
import { fromIoredis } from './ioredis.ts'
import { fromNodeRedis } from './node-redis.ts'

/** A connected client of a library, which makes as many stores' clients as are asked for. */
export interface Library extends AsyncDisposable {
  client(): RedisClient
}

export async function connectNodeRedis(url: string): Promise<Library> {
  return ofNodeRedis(await createClient({ url }).on('error', ignore).connect())
}

export async function connectNodeRedisCluster(ports: readonly number[]): Promise<Library> {
  const rootNodes = ports.map(port => ({ url: `redis://127.0.0.1:${port}` }))
  const topologyRefreshOnReconnectionAttemptStrategy = 500
  const cluster = createCluster({ rootNodes, topologyRefreshOnReconnectionAttemptStrategy })
  return ofNodeRedis(await cluster.on('error', ignore).connect())
}

export async function connectNodeRedisSentinel(name: string, sentinels: readonly Node[]): Promise<Library> {
  const sentinel = createSentinel({ name, sentinelRootNodes: [...sentinels] })
  return ofNodeRedis(await sentinel.on('error', ignore).connect())
}

export function connectIoredis(url: string): Library {
  return ofIoredis(new Redis(url, { autoResendUnfulfilledCommands: false }))
}

export function connectIoredisCluster(ports: readonly number[]): Library {
  return ofIoredis(new Cluster(ports.map(port => ({ host: '127.0.0.1', port }))))
}

export function connectIoredisSentinel(name: string, sentinels: readonly Node[]): Library {
  return ofIoredis(new Redis({ name, sentinels: [...sentinels], autoResendUnfulfilledCommands: false }))
}

interface Node {
  readonly host: string
  readonly port: number
}

const ignore = () => {}

function ofNodeRedis(
  client: Parameters<typeof fromNodeRedis>[0] & {
    close(): Promise<unknown>
    setMaxListeners(count: number): unknown
  },
): Library {
  client.setMaxListeners(0)
  return {
    client: () => fromNodeRedis(client),
    [Symbol.asyncDispose]: async () => void (await client.close()),
  }
}

function ofIoredis(client: Redis | Cluster): Library {
  client.setMaxListeners(0)
  return {
    client: () => fromIoredis(client),
    [Symbol.asyncDispose]: async () => client.disconnect(),
  }
}
