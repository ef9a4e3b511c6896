import type { LegacySessions } from '@sojourn/express'
import library from 'client-sessions'
import { check, createBridge } from './bridge.ts'
import type { BridgeOptions, CookiePlace } from './options.ts'

/** Those of client-sessions, as they are; what is not named here is not needed, and may be there. */
export interface ClientSessionsOptions extends BridgeOptions {
  /** Default `session_state`. */
  readonly cookieName?: string
  readonly secret?: string | Buffer
  readonly encryptionKey?: Buffer
  readonly signatureKey?: Buffer
  /** Default `aes256`. */
  readonly encryptionAlgorithm?: string
  /** Default `sha256`. */
  readonly signatureAlgorithm?: string
  /** Not needed: each cookie says itself how long it is good. */
  readonly duration?: number
  /** Not needed: a session that is used becomes ours. */
  readonly activeDuration?: number
  readonly cookie?: CookiePlace
}

/**
 * Sessions that client-sessions gave to clients.
 *
 * @throws {SessionError} `invalid_option`
 */
export function clientSessions(options: ClientSessionsOptions): LegacySessions {
  const { secret, encryptionKey, signatureKey, encryptionAlgorithm, signatureAlgorithm } = options
  const { cookieName = 'session_state', cookie, now = Date.now } = options
  const coder = {
    cookieName,
    secret,
    encryptionKey,
    signatureKey,
    encryptionAlgorithm,
    signatureAlgorithm,
  }
  check('client-sessions', () => library(coder)) // It also puts its defaults, and the keys, into `coder`.

  return createBridge(
    {
      ...cookie,
      names: [cookieName],
      async decode(read) {
        const decoded = library.util.decode(coder, read(cookieName) ?? '')
        return decoded && decoded.createdAt + decoded.duration >= now() ? decoded.content : null
      },
    },
    options,
  )
}
