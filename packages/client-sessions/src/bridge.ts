import { formatCookie, readCookies, SessionError } from '@sojourn/core'
import type { LegacySessions, TakenOver } from '@sojourn/express'
import type { BridgeOptions, Content, CookiePlace } from './options.ts'

export type ReadCookie = (name: string) => string | undefined

interface Cookies extends CookiePlace {
  /** The first is that of the session itself. */
  readonly names: readonly [string, ...string[]]
  /** The content, by the library's own decoder. Anything but an object, or an error, for what is not good. */
  decode(read: ReadCookie): Promise<unknown>
}

/** How many cookies of the same name are tried. */
const maxCopies = 5

/** @throws {SessionError} `invalid_option` */
export function createBridge(
  cookies: Cookies,
  { until, convert, now = Date.now }: BridgeOptions,
): LegacySessions {
  const { names, decode, path = '/', domain } = cookies
  if (!(until instanceof Date && until.getTime() > 0)) {
    throw new SessionError('invalid_option', 'until must be a Date: when the old cookies end.')
  }
  if (typeof convert !== 'function') {
    throw new SessionError('invalid_option', 'convert must be a function: it says whose a session was.')
  }

  return {
    cookieName: names[0],

    async read({ headers: { cookie = '' } }) {
      if (now() >= until.getTime()) return null
      const values = new Map(names.map(name => [name, readCookies(cookie, name)]))
      const copies = Math.max(...Array.from(values.values(), ({ length }) => length))
      for (let copy = 0; copy < Math.min(copies, maxCopies); copy++) {
        const content = await decode(name => values.get(name)?.[copy]).catch(() => null)
        if (isContent(content)) return ask(convert, content)
      }
      return null
    },

    clear(req, res) {
      const sameSite = req.secure ? 'none' : 'lax' // None also reaches a page that is framed by another site.
      const attributes = { path, domain, sameSite, secure: req.secure, maxAge: 0 } as const
      for (const name of names) {
        if (readCookies(req.headers.cookie ?? '', name).length === 0) continue
        res.appendHeader('Set-Cookie', formatCookie(name, '', attributes))
      }
    },
  }
}

/** It may look things up. That this fails says nothing of the session, which is not to be lost by it. */
async function ask(convert: BridgeOptions['convert'], content: Content): Promise<TakenOver | null> {
  try {
    return await convert(content)
  } catch (cause) {
    throw new SessionError(
      'store_unavailable',
      'convert failed, see the cause. It must return null for a session that it refuses.',
      { cause },
    )
  }
}

/** An empty session is none. */
const isContent = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0

/** Runs what of a library refuses options that cannot work. */
export function check<T>(library: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new SessionError('invalid_option', `${library}: ${(cause as Error).message}`, { cause })
  }
}
