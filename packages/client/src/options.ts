import type { ClientStorage } from './storage.ts'

/** What of the global `WebSocket` is used; that of `ws` is one as well. */
export interface SocketLike {
  readonly readyState: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(): void
  /** That of `ws`: ends a connection that no longer answers. */
  terminate?(): void
}

/** What of `navigator.locks` is used. */
export interface LocksLike {
  request(name: string, work: () => Promise<void>): Promise<unknown>
}

/** What of a `BroadcastChannel` is used. */
export interface ChannelLike {
  onmessage: ((event: never) => void) | null
  postMessage(message: unknown): void
  close(): void
}

export interface ClientOptions {
  readonly url: string | URL
  /** Where keys are kept; default `createIndexedDbStorage()` in browsers where that works, else the memory of this client. */
  readonly storage?: ClientStorage
  /** Goes before all names in the storage, and names the lock and the channel of the tabs; default `sojourn`. */
  readonly name?: string
  /** Which of the client's stored sessions to begin with; default `default`. */
  readonly identity?: string
  /** How old a key may grow before it is presented again, in milliseconds; default 1 minute. */
  readonly renewMs?: number
  /** Whether a key goes with an attempt id; default true. False for credentials that are used again and again. */
  readonly attempts?: boolean
  /** `cookie`: the browser sends the credential at the handshake, and nothing is stored here; default `message`. */
  readonly credential?: 'message' | 'cookie'
  /** Fetches a one-time ticket for each connection. Nothing is stored then. Null: nobody is signed in. */
  readonly ticket?: () => Promise<string | null>
  /** Waits between attempts to connect are random, below a bound that doubles; default 250 ms, at most 4 seconds. */
  readonly backoff?: { readonly firstMs?: number; readonly maxMs?: number }
  /** How long an ask may take, waiting for a connection included, in milliseconds; default 10 seconds. */
  readonly askTimeoutMs?: number
  /** After how long a silence the server is asked whether it is there, in milliseconds; default 25 seconds. */
  readonly pingMs?: number
  /** Default the global one; Node.js has one from 22 on. */
  readonly WebSocket?: new (
    url: string | URL,
    protocol: string,
  ) => SocketLike
  /** Default the storage's, or `navigator.locks`; null for none: then the clients of one storage object wait for each other. */
  readonly locks?: LocksLike | null
  /** Default a `BroadcastChannel` in browsers; null for none. */
  readonly channel?: ((name: string) => ChannelLike) | null
  /** Of `online` and `visibilitychange`; default the window. */
  readonly events?: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> | null
  /** Between 0 and 1, for backoff; default `Math.random`. */
  readonly random?: () => number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
  readonly timers?: {
    setTimeout(work: () => void, ms: number): unknown
    clearTimeout(timer: never): void
  }
}

/** Why a call failed: a code of the server's, or one of these. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  /**
   * `connection_lost` (sent, but not answered: it may have been done), `timeout`, `session_ended` (not sent),
   * `closed`, `invalid_option`; others are the server's.
   */
  readonly code: string

  constructor(code: string, message: string = code) {
    super(message)
    this.code = code
  }
}
