import { type CookieAttributes, formatCredential, readCredentials, SessionError } from '@sojourn/core'
import type { CredentialSlot, SessionRequest } from './slot.ts'

export interface CookieOptions {
  /**
   * Default: the name that the strategy binds its credentials to, else `session`. On a secure connection `__Host-` is
   * put before it, or `__Secure-` where `domain` or `path` forbid that (RFC 6265bis, section 4.1.3).
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
  refuseImpossible({ name, domain, path, sameSite, secure })
  const secureName = /^__(host|secure)-/i.test(name)
    ? name
    : `${domain === undefined && path === '/' ? '__Host-' : '__Secure-'}${name}`
  const isSecure = (req: SessionRequest) => (secure === 'auto' ? req.secure : secure)

  return {
    isAmbient: true,

    read(req) {
      const { cookie } = req.headers
      return cookie === undefined ? [] : readCredentials(cookie, isSecure(req) ? secureName : name)
    },

    assertUsable(req) {
      if (secure === true && !req.secure) throw insecureConnection()
    },

    write(req, res, instruction) {
      if (secure === 'auto' && !req.secure) warnOfUntrustedProxy(req)
      const attributes: CookieAttributes = { domain, path, sameSite, secure: isSecure(req) }
      const value = instruction.do === 'set' ? instruction.credential : ''
      const lifeS = instruction.do === 'set' ? Math.ceil((instruction.until - now()) / 1000) : 0
      const maxAge = persistent || lifeS === 0 ? Math.min(lifeS, maxAgeLimitS) : undefined
      const cookieName = attributes.secure ? secureName : name
      const { cookie = '' } = req.headers
      res.appendHeader('Set-Cookie', formatCredential(cookieName, value, { ...attributes, maxAge }, cookie))
      // A cache that kept this answer would hand the credential to others.
      res.setHeader('Cache-Control', 'no-store')
    },
  }
}

interface Chosen extends Required<Omit<CookieOptions, 'domain' | 'persistent'>> {
  readonly domain: string | undefined
}

function refuseImpossible({ name, domain, path, sameSite, secure }: Chosen): void {
  const isPrefixed = /^__(host|secure)-/i.test(name)
  const rules: [isBroken: boolean, reason: string][] = [
    [!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name), 'the name must be a token (RFC 9110)'],
    [!/^\/[\x20-\x3a\x3c-\x7e]*$/.test(path), 'the path must begin with /, and be ASCII without ;'],
    [
      domain !== undefined && !/^\.?[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(domain),
      'the domain must be a host name',
    ],
    [path.length > 1024, 'the path must have at most 1,024 bytes (RFC 6265bis, section 5.6)'],
    [!['lax', 'strict', 'none'].includes(sameSite), 'sameSite must be lax, strict or none'],
    [!['auto', true, false].includes(secure), 'secure must be auto, true or false'],
    [sameSite === 'none' && secure !== true, 'sameSite none needs secure: true, or browsers drop the cookie'],
    [isPrefixed && secure !== true, 'a name with that prefix needs secure: true'],
    [
      /^__host-/i.test(name) && (domain !== undefined || path !== '/'),
      'the prefix __Host- allows no domain or path',
    ],
  ]
  for (const [isBroken, reason] of rules) {
    if (!isBroken) continue
    const given = JSON.stringify({ name, domain, path, sameSite, secure })
    throw new SessionError('invalid_option', `cookie: ${reason}, in ${given}.`)
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
