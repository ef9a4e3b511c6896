import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { type CookieAttributes, formatCredential, type Instruction, readCredentials } from '@sojourn/core'

/** As in `@sojourn/express`: what one of them sets, the other reads. */
export interface CookieOptions {
  /** Default: the name that the strategy binds its credentials to, else `session`. */
  readonly name?: string
  /** Default: this host alone. */
  readonly domain?: string
  /** Default `/`. */
  readonly path?: string
  /** Default `lax`. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /** `auto`, the default: where the socket is encrypted, or the page that opened it came by https. */
  readonly secure?: 'auto' | boolean
  /** Whether the cookie outlives the browser, until the session's deadline; default true. */
  readonly persistent?: boolean
}

export interface CookieSlot {
  read(req: IncomingMessage): string[]
  /** The values of `Set-Cookie` that the answer to the handshake must have. */
  write(req: IncomingMessage, instruction: Instruction): string[]
}

/** Browsers keep no cookie longer (RFC 6265bis, section 5.5). */
const maxAgeLimitS = 400 * 86_400

export function createCookieSlot(
  options: CookieOptions,
  bound: string | null,
  now: () => number,
): CookieSlot {
  const { domain, path = '/', sameSite = 'lax', secure = 'auto', persistent = true } = options
  const name = options.name ?? bound ?? 'session'
  const prefix = domain === undefined && path === '/' ? '__Host-' : '__Secure-'
  const secureName = /^__(host|secure)-/i.test(name) ? name : `${prefix}${name}`
  // A page that came by https can open no socket that is not encrypted, whatever a proxy makes of it.
  const isSecure = ({ socket, headers: { origin } }: IncomingMessage) =>
    secure === 'auto' ? socket instanceof TLSSocket || /^https:/i.test(origin ?? '') : secure
  const nameFor = (req: IncomingMessage) => (isSecure(req) ? secureName : name)

  return {
    read: req => readCredentials(req.headers.cookie ?? '', nameFor(req)),

    write(req, instruction) {
      if (instruction.do === 'keep') return []
      const value = instruction.do === 'set' ? instruction.credential : ''
      const lifeS = instruction.do === 'set' ? Math.ceil((instruction.until - now()) / 1000) : 0
      const maxAge = persistent || lifeS === 0 ? Math.min(lifeS, maxAgeLimitS) : undefined
      const attributes: CookieAttributes = { domain, path, sameSite, secure: isSecure(req), maxAge }
      return formatCredential(nameFor(req), value, attributes, req.headers.cookie ?? '')
    },
  }
}
