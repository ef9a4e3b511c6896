import type { RedisClient } from './client.ts'
import { Connection } from './connection.ts'

/** What `new Redis()` of `ioredis` 5 or later makes, also with `sentinels`; as far as it is needed. */
export interface Ioredis {
  readonly isCluster: boolean
  readonly status: string
  readonly options: IoredisOptions
  on(event: string, listener: (fault: unknown) => void): unknown
  call(...command: Command): Promise<unknown>
  duplicate(options?: { readonly socketTimeout: number }): Subscriber
}

/** What `new Cluster()` makes. */
export interface IoredisCluster {
  readonly isCluster: boolean
  readonly status: string
  on(event: string, listener: (fault: unknown) => void): unknown
  call(...command: Command): Promise<unknown>
  duplicate(): Subscriber
}

type Command = [name: string, ...args: string[]]

interface IoredisOptions {
  readonly sentinels?: unknown
  readonly path?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

interface Subscriber {
  on(event: 'error', listener: () => void): unknown
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  subscribe(channel: string): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

const pingMs = 2000

/**
 * A client of the package `ioredis`: what `new Redis()`, also with sentinels, or `new Cluster()` made. Closing it is
 * yours.
 */
export function fromIoredis(client: Ioredis | IoredisCluster): RedisClient {
  const address = addressOf(client)
  const connection = new Connection(address)
  const subscribers = new Set<Subscriber>()
  const isReady = () => client.status === 'ready'
  client.on('error', fault => {
    if (!isReady()) connection.fail(reasonOf(fault))
  })
  client.on('ready', () => connection.ready())

  // The connection for a subscription sends nothing by itself: only a ping tells that it is dead.
  const pinging = setInterval(() => {
    for (const subscriber of subscribers) subscriber.ping().catch(() => {})
  }, pingMs).unref()

  return {
    address,

    send(_key, command) {
      return isReady() ? client.call(...command) : connection.ask(() => client.call(...command))
    },

    async subscribe(channel, listener) {
      const subscriber = isSingle(client)
        ? client.duplicate({ socketTimeout: 3 * pingMs })
        : client.duplicate()
      subscribers.add(subscriber)
      subscriber.on('error', () => {})
      subscriber.on('message', (from, message) => {
        if (from === channel) listener(message)
      })
      try {
        await subscriber.subscribe(channel)
      } catch (error) {
        subscribers.delete(subscriber)
        subscriber.disconnect()
        throw error
      }
    },

    async close() {
      clearInterval(pinging)
      for (const subscriber of subscribers) subscriber.disconnect()
      subscribers.clear()
    },
  }
}

const isSingle = (client: Ioredis | IoredisCluster): client is Ioredis => !client.isCluster

function addressOf(client: Ioredis | IoredisCluster): string {
  if (!isSingle(client)) return 'the startup nodes of the Cluster'
  const { sentinels, path, host, port } = client.options
  if (sentinels) return 'the primary that Sentinel names'
  return path ?? `${host}:${port}`
}

/** A Cluster says that no node could be asked, and beside that, why the last one could not. */
function reasonOf(fault: unknown): unknown {
  return fault instanceof Error && 'lastNodeError' in fault ? fault.lastNodeError : fault
}
