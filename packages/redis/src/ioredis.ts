import { SessionError } from '@sojourn/core'
import type { RedisClient } from './client.ts'
import { Connection } from './connection.ts'

/** What `new Redis()` of `ioredis` 5 or later makes, also with `sentinels`; as far as it is needed. */
export interface Ioredis {
  readonly isCluster: boolean
  readonly status: string
  readonly options: IoredisOptions
  on(event: string, listener: (fault: unknown) => void): unknown
  off(event: string, listener: (fault: unknown) => void): unknown
  call(...command: Command): Promise<unknown>
  duplicate(options?: { readonly socketTimeout: number }): Subscriber
}

/** What `new Cluster()` makes. */
export interface IoredisCluster {
  readonly isCluster: boolean
  readonly status: string
  on(event: string, listener: (fault: unknown) => void): unknown
  off(event: string, listener: (fault: unknown) => void): unknown
  call(...command: Command): Promise<unknown>
  duplicate(): Subscriber
}

type Command = [name: string, ...args: string[]]

interface IoredisOptions {
  readonly autoResendUnfulfilledCommands?: boolean | undefined
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
 *
 * @throws {SessionError} `invalid_option`
 */
export function fromIoredis(client: Ioredis | IoredisCluster): RedisClient {
  refuseToResend(client)
  const address = addressOf(client)
  const connection = new Connection(address)
  const subscribers = new Set<Subscriber>()
  const isReady = () => client.status === 'ready'
  const failed = (fault: unknown) => {
    if (!isReady()) connection.fail(reasonOf(fault))
  }
  const ready = () => connection.ready()
  client.on('error', failed)
  client.on('ready', ready)

  // The connection for a subscription sends nothing by itself: only a ping tells that it is dead.
  const pinging = setInterval(() => {
    for (const subscriber of subscribers) subscriber.ping().catch(() => {})
  }, pingMs).unref()

  return {
    address,

    send(_key, command) {
      const call = () => client.call(...command).catch(withoutCommand)
      return isReady() ? call() : connection.ask(call)
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
      client.off('ready', ready)
      for (const subscriber of subscribers) subscriber.disconnect()
      subscribers.clear()
    },
  }
}

/** A save that Redis made, but whose answer was lost, would be made again: after a removal, it would undo that. */
function refuseToResend(client: Ioredis | IoredisCluster): void {
  if (!isSingle(client) || client.options.autoResendUnfulfilledCommands === false) return
  throw new SessionError(
    'invalid_option',
    'ioredis must not send again what got no answer: new Redis(url, { autoResendUnfulfilledCommands: false }).',
  )
}

/** Its errors carry the command, and so the session's data, to wherever errors are logged. */
function withoutCommand(error: { command?: unknown }): never {
  delete error.command
  throw error
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
