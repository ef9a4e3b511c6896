import type { NatsConnection } from '@nats-io/transport-node'
import { SessionError, type SessionStore, type SessionsOptions } from '@sojourn/core'
import type { AuthRequest } from './requests.ts'

/** What the model `session.user.{cid}` shows of who is signed in. */
export interface SessionUser {
  readonly id: string | number
  readonly name: string
  readonly role: string
}

/** What the gateway hands to services with each request of a connection; its `tid` is the `sid`. */
export interface SessionToken {
  /** The session's id. */
  readonly sid: string
  readonly userId: SessionUser['id']
  readonly role: string
}

export interface SessionServiceOptions extends SessionsOptions {
  /** See `connectToNats`. The service does not close it. */
  readonly nats: NatsConnection
  /**
   * Remembers which connection is in which session. As shared and as durable as the sessions should be; it may be
   * their own store.
   */
  readonly connections: SessionStore
  /** Null: wrong. */
  findUserByPassword(username: string, password: string): Promise<SessionUser | null>
  /** By the id, as text. Null: the account is gone, and its sessions end. */
  findUser(userId: string): Promise<SessionUser | null>
  /** What its resources and methods begin with; default `session`. Instances of one name share the work. */
  readonly name?: string
  /** For strategies that bind credentials to a second one: the cookie that it comes in, when a client connects to the gateway. */
  readonly bind?: { readonly cookie: string }
  /** Whose failures are counted together; default: `remoteAddr` without its port. For a gateway behind a proxy. */
  readonly addressOf?: (request: AuthRequest) => string
  /** How many wrong passwords of one user name may come at once; default 10. */
  readonly failuresPerUser?: number
  /** How many wrong passwords of one address may come at once; default 100. */
  readonly failuresPerAddress?: number
  /**
   * How long it takes until as many may come again, in milliseconds; default 6 minutes, for 100 an hour (ASVS 4.0,
   * 2.2.1).
   */
  readonly failureMs?: number
  /** Gets what went wrong and is not the client's fault; default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

const maxOption = 2 ** 31 - 1

/** With the defaults. @throws {SessionError} `invalid_option` */
export function completeOptions(options: SessionServiceOptions) {
  const { nats, connections, findUserByPassword, findUser, name = 'session', bind } = options
  const { addressOf = withoutPort, now = Date.now, idleMs = 3_600_000 } = options
  const numbers = {
    failuresPerUser: options.failuresPerUser ?? 10,
    failuresPerAddress: options.failuresPerAddress ?? 100,
    failureMs: options.failureMs ?? 360_000,
  }
  for (const [option, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value > 0 && value <= maxOption) continue
    throw invalid(`${option} must be a whole number from 1 to ${maxOption}, not ${value}.`)
  }
  if (typeof nats?.subscribe !== 'function') {
    throw invalid('nats must be a connection, such as connectToNats({ servers }) makes.')
  }
  if (typeof connections?.write !== 'function') {
    throw invalid('connections must be a store, such as the one of the sessions.')
  }
  for (const [option, value] of Object.entries({ findUserByPassword, findUser })) {
    if (typeof value !== 'function') throw invalid(`${option} must be a function.`)
  }
  if (!/^[\w-]+(\.[\w-]+)*$/.test(name)) throw invalid(`name must be letters and digits, unlike ${name}.`)
  const binds = options.strategy?.traits?.binds === true
  if (binds && bind === undefined) {
    throw invalid('The strategy binds keys to a cookie: name that, as in bind: { cookie: "device" }.')
  }
  if (!binds && bind !== undefined) {
    throw invalid('bind is for strategies that bind credentials to a cookie, which this one does not.')
  }
  return {
    ...numbers,
    ...{ nats, connections, name, addressOf, now, idleMs, bind: bind?.cookie ?? null },
    onError: safely(options.onError ?? console.error),
    findUserByPassword: findUserByPassword.bind(options),
    findUser: findUser.bind(options),
  }
}

/** What it throws itself disturbs nobody. */
const safely = (onError: (error: unknown) => void) => (error: unknown) => {
  try {
    onError(error)
  } catch (another) {
    console.error(another)
  }
}

const withoutPort = ({ remoteAddr }: AuthRequest) => remoteAddr.replace(/:\d+$/, '')

const invalid = (message: string) => new SessionError('invalid_option', message)
