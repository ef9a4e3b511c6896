import { SessionError, type SessionsOptions } from '@sojourn/core'
import type { ChangeFeed } from './change-feed.ts'
import type { CookieOptions } from './cookie-slot.ts'
import type { Origins } from './origin.ts'
import type { SocketConnection } from './socket-connection.ts'
import type { Tickets } from './tickets.ts'

export interface SocketSessionsOptions<D extends object> extends SessionsOptions {
  /** `message`, the default: the client presents it in its first message. `cookie`: it comes with the handshake. */
  readonly credential?: 'message' | 'cookie'
  readonly cookie?: CookieOptions
  /** For strategies that bind credentials to a second one: the cookie that it comes in, with the handshake. */
  readonly bind?: { readonly cookie: string }
  /** Takes tickets: see `createTickets`. */
  readonly tickets?: Tickets
  /** Tells other processes of saves, and this one of theirs: see `createChangeFeed`. */
  readonly changes?: ChangeFeed
  /**
   * Pages of which origins may connect. `same`, the default: of the host that they connect to. Clients that are no
   * browsers send no `Origin`, and may.
   */
  readonly origins?: Origins
  /** The path that `attach` serves; default: every path. */
  readonly path?: string
  /** How long a client may take to present, in milliseconds; default 10 s. */
  readonly presentWithinMs?: number
  /** How long a client may stay anonymous, in milliseconds; default null: as long as it likes. */
  readonly signInWithinMs?: number | null
  /** Default 64 KiB. */
  readonly maxFrameBytes?: number
  /** Default 50; twice as many may come at once. */
  readonly messagesPerSecond?: number
  /** How many messages of a client are in hand at once, before no more are read; default 32. */
  readonly maxPendingAsks?: number
  /** How long a client may be silent before it is asked for a sign of life, and then again before it is given up; default 30 s. */
  readonly pingMs?: number
  /** How often a session is compared with what is stored, for ends that nobody tells of, in milliseconds; default 1 minute. */
  readonly checkMs?: number
  /** How much may wait to be sent before `tell` says so; default 64 KiB. */
  readonly highWaterBytes?: number
  /** How much may wait to be sent; default 1 MiB. */
  readonly maxBufferedBytes?: number
  /**
   * Called when a connection has entered a session, also when it switches. It is awaited, and what it changed is saved,
   * before the client is told. If it throws, the client is refused.
   */
  readonly onOpen?: (connection: SocketConnection<D>) => void | Promise<void>
  readonly onClosed?: (connection: SocketConnection<D>, code: number, reason: string) => void
  /** Gets what went wrong and is not the client's fault; default: `console.error`. */
  readonly onError?: (error: unknown, connection: SocketConnection<D> | null) => void
}

const maxOption = 2 ** 31 - 1

/** With the defaults. @throws {SessionError} `invalid_option` */
export function completeOptions<D extends object>(options: SocketSessionsOptions<D>) {
  const numbers = {
    presentWithinMs: options.presentWithinMs ?? 10_000,
    maxFrameBytes: options.maxFrameBytes ?? 65_536,
    messagesPerSecond: options.messagesPerSecond ?? 50,
    maxPendingAsks: options.maxPendingAsks ?? 32,
    pingMs: options.pingMs ?? 30_000,
    checkMs: options.checkMs ?? 60_000,
    highWaterBytes: options.highWaterBytes ?? 65_536,
    maxBufferedBytes: options.maxBufferedBytes ?? 1_048_576,
  }
  const { signInWithinMs = null, credential = 'message', cookie = {}, bind, path } = options
  for (const [name, value] of Object.entries({ ...numbers, signInWithinMs: signInWithinMs ?? 1 })) {
    if (Number.isInteger(value) && value > 0 && value <= maxOption) continue
    throw invalid(`${name} must be a whole number from 1 to ${maxOption}, not ${value}.`)
  }
  if (numbers.highWaterBytes > numbers.maxBufferedBytes) {
    throw invalid('highWaterBytes must not exceed maxBufferedBytes.')
  }
  if (!['message', 'cookie'].includes(credential)) {
    throw invalid(`credential must be message or cookie, not ${credential}.`)
  }
  const bound = options.strategy?.traits?.cookieName ?? null
  if (bound !== null && (cookie.name ?? bound) !== bound) {
    throw invalid(
      `cookie.name is ${cookie.name}, but the strategy binds its credentials to ${bound}: leave it out.`,
    )
  }
  const binds = options.strategy?.traits?.binds === true
  if (binds && credential === 'cookie') {
    throw invalid(
      'credential is cookie, but the strategy binds keys to a cookie: leave out its bind, or let clients present the key.',
    )
  }
  if (binds && bind === undefined) {
    throw invalid('The strategy binds keys to a cookie: name that, as in bind: { cookie: "device" }.')
  }
  if (!binds && bind !== undefined) {
    throw invalid('bind is for strategies that bind credentials to a cookie, which this one does not.')
  }
  if (path !== undefined && !path.startsWith('/')) throw invalid(`path must begin with /, unlike ${path}.`)
  return {
    ...numbers,
    signInWithinMs,
    credential,
    cookie,
    bound,
    bind: bind?.cookie ?? null,
    path: path ?? null,
  }
}

const invalid = (message: string) => new SessionError('invalid_option', message)
