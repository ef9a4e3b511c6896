import type { RedisClient } from './client.ts'
import { Connection } from './connection.ts'
import { type Watched, watch } from './watchdog.ts'

/** What `createClient` of `redis` 5 or later returns, as far as it is needed. */
export interface NodeRedisClient extends Watched {
  readonly options: { readonly pingInterval?: number; readonly socket?: object }
  on(event: string, listener: (fault: unknown) => void): unknown
  off(event: string, listener: (fault: unknown) => void): unknown
  sendCommand(command: string[], options: CommandOptions): Promise<unknown>
  duplicate(options: { readonly pingInterval: number; readonly socket: object }): Subscriber
}

/** What `createSentinel` returns. */
export interface NodeRedisSentinel {
  readonly isReady: boolean
  on(event: string, listener: (fault: unknown) => void): unknown
  off(event: string, listener: (fault: unknown) => void): unknown
  sendCommand(isReadonly: boolean, command: string[], options: CommandOptions): Promise<unknown>
  duplicate(): Subscriber
  getSentinelNode(): unknown
}

/** What `createCluster` returns. */
export interface NodeRedisCluster {
  readonly isReady: boolean
  on(event: string, listener: (fault: unknown) => void): unknown
  off(event: string, listener: (fault: unknown) => void): unknown
  sendCommand(key: string, isReadonly: boolean, command: string[], options: CommandOptions): Promise<unknown>
  duplicate(options: { readonly minimizeConnections: boolean }): Subscriber
  /** Each with the connection to it, once there is one. */
  readonly masters: readonly { readonly client?: Watched | undefined }[]
}

type AnyClient = NodeRedisClient | NodeRedisSentinel | NodeRedisCluster

interface CommandOptions {
  readonly timeout: number
  readonly typeMapping: object
}

interface Subscriber {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  destroy(): unknown
}

/** One that begins during a fail-over may hang for ever: then another try will do better. */
const subscribingMs = 5000

/** A timeout of node-redis costs a timer for each command; core has one for each operation. */
const options: CommandOptions = { timeout: 0, typeMapping: {} }

/**
 * A client of the package `redis`: what `createClient`, `createSentinel` or `createCluster` returned. Connecting and
 * closing it is yours.
 */
export function fromNodeRedis(client: AnyClient): RedisClient {
  const address = addressOf(client)
  const connection = new Connection(address)
  const send = sendOf(client)
  const stopWatching = watch(() => connectionsOf(client))
  const subscribers = new Map<Subscriber, Promise<unknown>>()
  const ready = () => {
    if (client.isReady) connection.ready()
  }
  client.on('error', fault => {
    if (!client.isReady) connection.fail(fault)
  })
  for (const event of readyEvents) client.on(event, ready)

  return {
    address,

    send(key, command) {
      return client.isReady ? send(key, command) : connection.ask(() => send(key, command))
    },

    async subscribe(channel, listener) {
      const subscriber = subscriberOf(client)
      subscriber.on('error', () => {})
      const subscribing = withinLimit(
        subscriber.connect().then(() => subscriber.subscribe(channel, listener)),
      )
      subscribers.set(subscriber, subscribing)
      try {
        await subscribing
      } catch (error) {
        subscribers.delete(subscriber)
        await subscriber.destroy()
        throw error
      }
    },

    async close() {
      stopWatching()
      for (const event of readyEvents) client.off(event, ready)
      for (const [subscriber, subscribing] of subscribers) {
        // What is destroyed while it connects goes on for ever: a Sentinel client connecting, the others pinging.
        if ('getSentinelNode' in client) await subscribing.catch(() => {})
        await subscriber.destroy()
        subscribing.finally(() => subscriber.destroy()).catch(() => {})
      }
      subscribers.clear()
    },
  }
}

const readyEvents = ['ready', 'connect']

function withinLimit(subscribing: Promise<unknown>): Promise<unknown> {
  const { promise: limit, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer')), subscribingMs).unref()
  return Promise.race([subscribing, limit]).finally(() => clearTimeout(timer))
}

function sendOf(client: AnyClient): RedisClient['send'] {
  // A replica may not have yet what was saved: all is asked of primaries.
  if ('masters' in client) return (key, command) => client.sendCommand(key, false, command, options)
  if ('getSentinelNode' in client) return (_key, command) => client.sendCommand(false, command, options)
  return (_key, command) => client.sendCommand(command, options)
}

/** What a Sentinel client is connected with is its secret. */
function connectionsOf(client: AnyClient): Iterable<Watched | undefined> {
  if ('masters' in client) return client.masters.map(master => master.client)
  return 'getSentinelNode' in client ? [] : [client]
}

/** The connection for a subscription sends nothing by itself: only a ping tells that it is dead. */
function subscriberOf(client: AnyClient): Subscriber {
  if ('masters' in client) return client.duplicate({ minimizeConnections: true })
  if ('getSentinelNode' in client) return client.duplicate()
  const { pingInterval = 2000, socket } = client.options
  const reconnectStrategy = (retries: number) => Math.min(50 * 2 ** retries, 1000)
  return client.duplicate({
    pingInterval,
    socket: { socketTimeout: 3 * pingInterval, reconnectStrategy, ...socket },
  })
}

function addressOf(client: AnyClient): string {
  if ('masters' in client) return 'the root nodes of the Cluster'
  if ('getSentinelNode' in client) return 'the primary that Sentinel names'
  const { path, host = 'localhost', port = 6379 } = (client.options.socket ?? {}) as Address
  return path ?? `${host}:${port}`
}

interface Address {
  readonly path?: string
  readonly host?: string
  readonly port?: number
}
