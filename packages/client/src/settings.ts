import { type ChannelLike, ClientError, type ClientOptions, type LocksLike } from './options.ts'
import { createDefaultStorage } from './storage.ts'

export type Settings = ReturnType<typeof complete>

/** The options, with what a browser or Node.js has where nothing was given. */
export function complete(options: ClientOptions) {
  const browser = 'document' in globalThis ? globalThis : null
  const openChannel = (name: string): ChannelLike => new BroadcastChannel(name)
  const { WebSocket = globalThis.WebSocket, attempts = true, credential, ticket } = options
  const { firstMs = 250, maxMs = 4000 } = options.backoff ?? {}
  const { locks = options.storage?.locks ?? (browser?.navigator.locks as LocksLike | undefined) ?? null } =
    options
  const { channel = browser?.BroadcastChannel ? openChannel : null, events = browser } = options
  if (!WebSocket) throw new ClientError('invalid_option', 'No WebSocket here: pass one.')
  return {
    url: options.url,
    storage: options.storage ?? createDefaultStorage(),
    name: options.name ?? 'sojourn',
    identity: options.identity ?? 'default',
    renewMs: options.renewMs ?? 60_000,
    attempts,
    ticket,
    isCookie: credential === 'cookie',
    /** Keys come neither by cookie nor by ticket. */
    storesKeys: credential !== 'cookie' && !ticket,
    firstMs,
    maxMs,
    askTimeoutMs: options.askTimeoutMs ?? 10_000,
    pingMs: options.pingMs ?? 25_000,
    WebSocket,
    locks,
    channel,
    events,
    random: options.random ?? Math.random,
    now: options.now ?? (() => Date.now()),
    timers: options.timers ?? globalThis,
  }
}
