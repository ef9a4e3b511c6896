import { SessionError } from '@sojourn/core'
import type { LegacySessions } from '@sojourn/express'
import { getIronSession } from 'iron-session'
import { createBridge } from './bridge.ts'
import type { BridgeOptions, CookiePlace } from './options.ts'

/** Those of iron-session, as they are; what is not named here is not needed, and may be there. */
export interface IronSessionOptions extends BridgeOptions {
  readonly cookieName: string
  /** One, or each under its number. */
  readonly password: string | Readonly<Record<string, string>>
  readonly cookieOptions?: CookiePlace
}

/**
 * Sessions that iron-session gave to clients, in one cookie or in several. Those of `ttl: 0` have no end but `until`.
 *
 * @throws {SessionError} `invalid_option`
 */
export function ironSession(options: IronSessionOptions): LegacySessions {
  const { cookieName, password, cookieOptions } = options
  const passwords = typeof password === 'object' ? Object.values(password ?? {}) : [password]
  const isStrong = (text: unknown) => typeof text === 'string' && text.length >= 32
  if (!cookieName || passwords.length === 0 || !passwords.every(isStrong)) {
    throw new SessionError(
      'invalid_option',
      'iron-session: needs its cookieName, and each password with at least 32 characters.',
    )
  }

  return createBridge(
    {
      ...cookieOptions,
      names: [cookieName, ...[0, 1, 2, 3].map(part => `${cookieName}.${part}`)],
      async decode(read) {
        return { ...(await getIronSession({ read, write() {} }, { cookieName, password })) }
      },
    },
    options,
  )
}
