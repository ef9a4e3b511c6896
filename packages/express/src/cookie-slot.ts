import { type CookieAttributes, formatCookie, readCookies, SessionError } from '@sojourn/core'
import type { CredentialSlot, SessionRequest } from './slot.ts'

export interface CookieOptions {
  /**
   * Default `session`. On a secure connection `__Host-` is put before it, or `__Secure-` where `domain` or `path`
   * forbid that (RFC 6265bis, section 4.1.3).
   */
  readonly name?: string
  /** Shares the cookie with all hosts below this one; default: this host alone. */
  readonly domain?: string
  /** Default `/`. */
  readonly path?: string
  /** Default `lax`. `none` needs `secure: true`. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /**
   * `auto`, the default: `Secure` where the connection is, as Express sees it (`trust proxy`).
   * `true`: always, and a credential due on an insecure connection is an `insecure_connection` error.
   */
  readonly secure?: 'auto' | boolean
  /** Whether the cookie outlives the browser, until the session's deadline; default true. */
  readonly persistent?: boolean
}

/** Browsers keep no cookie longer (RFC 6265bis, section 5.5). */
const maxAgeLimitS = 400 * 86_400

/** @throws {SessionError} `invalid_option` */
export function createCookieSlot(options: CookieOptions = {}, now: () => number = Date.now): CredentialSlot {
  const {
    name = 'session',
    domain,
    path = '/',
    sameSite = 'lax',
    secure = 'auto',
    persistent = true,
  } = options
  refuseImpossible({ ...options, name, path })
  const secureName = /^__(host|secure)-/i.test(name)
    ? name
    : `${domain === undefined && path === '/' ? '__Host-' : '__Secure-'}${name}`
  const isSecure = (req: SessionRequest) => (secure === 'auto' ? req.secure : secure)

  return {
    isAmbient: true,

    read(req) {
      const { cookie } = req.headers
      return cookie === undefined ? [] : readCookies(cookie, isSecure(req) ? secureName : name)
    },

    write(req, res, instruction) {
      if (secure === true && !req.secure) throw insecureConnection()
      if (secure === 'auto' && !req.secure) warnOfUntrustedProxy(req)
      const attributes: CookieAttributes = { domain, path, sameSite, secure: isSecure(req) }
      const value = instruction.do === 'set' ? instruction.credential : ''
      const lifeS = instruction.do === 'set' ? Math.ceil((instruction.until - now()) / 1000) : 0
      const maxAge = persistent || lifeS === 0 ? Math.min(lifeS, maxAgeLimitS) : undefined
      const cookieName = attributes.secure ? secureName : name
      res.appendHeader('Set-Cookie', formatCookie(cookieName, value, { ...attributes, maxAge }))
      // A cache that kept this answer would hand the credential to others.
      res.setHeader('Cache-Control', 'no-store')
    },
  }
}

function refuseImpossible({
  name,
  domain,
  path,
  sameSite,
  secure,
}: CookieOptions & { name: string; path: string }) {
  const refuse = (reason: string): never => {
    throw new SessionError('invalid_option', `cookie: ${reason}`)
  }
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))
    refuse(`the name ${JSON.stringify(name)} is not a token (RFC 9110).`)
  if (!/^\/[^;\p{Cc}]*$/u.test(path))
    refuse(`the path ${JSON.stringify(path)} must begin with / and hold no ;.`)
  if (domain !== undefined && !/^\.?[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(domain)) {
    refuse(`the domain ${JSON.stringify(domain)} is not a host name.`)
  }
  if (sameSite === 'none' && secure !== true)
    refuse('SameSite=None needs secure: true, or browsers drop the cookie.')
  if (/^__(host|secure)-/i.test(name) && secure !== true) refuse(`the name ${name} needs secure: true.`)
  if (/^__host-/i.test(name) && (domain !== undefined || path !== '/')) {
    refuse(`the name ${name} allows no domain, and no path but /.`)
  }
}

const insecureConnection = () =>
  new SessionError(
    'insecure_connection',
    'A Secure cookie cannot be set on a connection that Express sees as http: use https, or, behind a proxy that ' +
      "ends TLS, app.set('trust proxy', …).",
  )

let warned = false
function warnOfUntrustedProxy(req: SessionRequest): void {
  if (warned || req.headers['x-forwarded-proto'] !== 'https') return
  warned = true
  process.emitWarning(
    'A proxy says that the client came by https, but Express does not trust it, so session cookies are not ' +
      "Secure: app.set('trust proxy', …).",
    { code: 'SOJOURN_UNTRUSTED_PROXY' },
  )
}
