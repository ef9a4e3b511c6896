import { type Secret, SessionError, type SessionStore } from '@sojourn/core'

/** Of durations, in milliseconds: 31 years. */
const maxOption = 1e12

export interface ReloginKeyStrategyOptions {
  readonly store: SessionStore
  /** Newest first, each at least 32 bytes: the first signs keys, all verify them. */
  readonly keys: readonly Secret[]
  /**
   * How long after a rotation a client without attempt ids may present the spent key again, in milliseconds; default
   * 10 s; 0 is strict single use.
   */
  readonly graceMs?: number
  /**
   * A key is rotated by its first use after this time, in milliseconds; default 0: by each. For clients on requests
   * rather than connections.
   */
  readonly rotateAfterMs?: number
  /** How long each operation of the store may take, in milliseconds; default 2 s. See `guardStore`. */
  readonly timeoutMs?: number
  /** `key`: `id.generation.mac`, the default. `jwt`: a token that other services can verify; see `deriveJwk`. */
  readonly format?: 'key' | 'jwt'
  /**
   * A key is good only together with the second credential that came when it was issued, such as an HttpOnly cookie
   * which script cannot copy; default false. The transport must hand that over: see its `bind`.
   */
  readonly bind?: boolean
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

/** With the defaults. Of the others, `store`, `keys` and `timeoutMs` are checked where they are used. */
export function checkOptions(options: ReloginKeyStrategyOptions) {
  const { graceMs = 10_000, rotateAfterMs = 0, timeoutMs = 2000, format = 'key', bind = false } = options
  for (const [name, value] of Object.entries({ graceMs, rotateAfterMs })) {
    if (!(Number.isInteger(value) && value >= 0 && value <= maxOption)) {
      throw new SessionError(
        'invalid_option',
        `${name} must be a whole number from 0 to ${maxOption}, not ${value}.`,
      )
    }
  }
  if (format !== 'key' && format !== 'jwt') {
    throw new SessionError('invalid_option', `format must be 'key' or 'jwt', not ${format}.`)
  }
  if (typeof bind !== 'boolean') {
    throw new SessionError('invalid_option', `bind must be true or false, not ${bind}.`)
  }
  return { graceMs, rotateAfterMs, timeoutMs, format, bind }
}
