import { SessionError } from '@sojourn/core'
import type { LegacySessions } from '@sojourn/express'
import library from 'cookie-session'
import { check, createBridge, type ReadCookie } from './bridge.ts'
import type { BridgeOptions, CookiePlace } from './options.ts'

/** Those of cookie-session, as they are; what is not named here is not needed, and may be there. */
export interface CookieSessionOptions extends BridgeOptions, Pick<CookiePlace, 'path' | 'domain'> {
  /** Default `session`. */
  readonly name?: string
  /** Texts, or a Keygrip. */
  readonly keys?: readonly string[] | object
  readonly secret?: string
  /** Must not be false. */
  readonly signed?: boolean
}

/**
 * Sessions that cookie-session gave to clients, signed. They do not say how long they are good: `until` is their end.
 *
 * @throws {SessionError} `invalid_option`
 */
export function cookieSession(options: CookieSessionOptions): LegacySessions {
  const { name = 'session', secret, keys = secret === undefined ? [] : [secret], path, domain } = options
  if (options.signed === false || (Array.isArray(keys) && keys.some(key => key === ''))) {
    throw new SessionError(
      'invalid_option',
      'cookie-session: anyone could write sessions that are not signed.',
    )
  }
  const names = [name, `${name}.sig`] as const
  const decode = (read: ReadCookie) => {
    const cookie = names.map(name => `${name}=${read(name) ?? ''}`).join('; ')
    const req: Asked = { headers: { cookie }, protocol: 'https' }
    handler(req, createUnsent(), () => {})
    return { ...req.session }
  }
  const handler = library({ name, keys })
  check('cookie-session', () => decode(() => 'x'))

  return createBridge({ names, path, domain, decode: async read => decode(read) }, options)
}

/** What the library uses of a request, and what it gives it. */
interface Asked {
  readonly headers: { readonly cookie: string }
  readonly protocol: string
  readonly session?: object
}

/** Takes what the library says of a bad signature. New for each: the library wraps its methods, again and again. */
const createUnsent = () => ({ getHeader() {}, setHeader() {}, writeHead() {} })
