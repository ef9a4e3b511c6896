/** A cookie as a browser keeps it (RFC 6265bis). All of a jar are of one host. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** In milliseconds since the epoch; null: until the browser is closed. */
  readonly expiresAt: number | null
  readonly httpOnly: boolean
  readonly secure: boolean
  /** As it was written; null if it was not. */
  readonly sameSite: string | null
}

/** Of a cookie's name and value together (RFC 6265bis, section 5.6). */
const maxCookieBytes = 4096

export class CookieJar {
  readonly #hostname: string
  readonly #isSecure: boolean
  #cookies: Cookie[]

  /** @param isSecure whether browsers keep `Secure` cookies of it: by https, and from loopback, as Chrome and Firefox do */
  constructor(hostname: string, isSecure: boolean, cookies: readonly Cookie[] = []) {
    this.#hostname = hostname
    this.#isSecure = isSecure
    this.#cookies = [...cookies]
  }

  get cookies(): readonly Cookie[] {
    return this.#cookies
  }

  /**
   * Keeps what an answer to a request for `requestPath` sets.
   *
   * @throws {Error} for a cookie that is too large for a browser
   */
  keep(setCookies: readonly string[], requestPath: string): void {
    for (const line of setCookies) {
      const { domain, ...cookie } = parse(line, requestPath)
      if (!this.#accepts(cookie, domain)) continue
      const held = this.#cookies.findIndex(({ name, path }) => name === cookie.name && path === cookie.path)
      const isExpired = cookie.expiresAt !== null && cookie.expiresAt <= Date.now()
      if (held < 0 && !isExpired) this.#cookies.push(cookie)
      if (held >= 0) this.#cookies.splice(held, 1, ...(isExpired ? [] : [cookie]))
    }
  }

  /** The `Cookie` header for `path`; null without any. */
  headerFor(path: string): string | null {
    const [pathname] = path.split('?') as [string]
    const now = Date.now()
    const sent = this.#cookies
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .filter(cookie => isUnder(cookie.path, pathname))
      .sort((a, b) => b.path.length - a.path.length)
    return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  #accepts(cookie: Cookie, domain: string | null): boolean {
    const { name, value, secure, path } = cookie
    const bytes = Buffer.byteLength(name + value)
    if (bytes > maxCookieBytes)
      throw new Error(
        `the cookie ${name} has ${bytes} bytes, and browsers drop what is over ${maxCookieBytes}`,
      )
    if (domain !== null && domain !== this.#hostname && !this.#hostname.endsWith(`.${domain}`)) return false
    if (secure && !this.#isSecure) return false
    if (/^__secure-/i.test(name)) return secure
    if (/^__host-/i.test(name)) return secure && path === '/' && domain === null
    return true
  }
}

function parse(line: string, requestPath: string): Cookie & { readonly domain: string | null } {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const values = new Map(
    attributes.map(attribute => {
      const [name = '', ...value] = attribute.split('=')
      return [name.trim().toLowerCase(), value.join('=').trim()]
    }),
  )
  const path = values.get('path') ?? ''
  return {
    name: pair.slice(0, Math.max(equals, 0)).trim(),
    value: pair.slice(equals + 1).trim(),
    path: path.startsWith('/') ? path : defaultPath(requestPath),
    expiresAt: expiryOf(values),
    httpOnly: values.has('httponly'),
    secure: values.has('secure'),
    sameSite: values.get('samesite') ?? null,
    domain: values.get('domain')?.replace(/^\./, '').toLowerCase() || null,
  }
}

function expiryOf(attributes: ReadonlyMap<string, string>): number | null {
  const maxAge = attributes.get('max-age') ?? ''
  if (/^-?\d+$/.test(maxAge)) return Date.now() + Number(maxAge) * 1000
  const expires = Date.parse(attributes.get('expires') ?? '')
  return Number.isNaN(expires) ? null : expires
}

const defaultPath = (requestPath: string) => {
  const [pathname] = requestPath.split('?') as [string]
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/'
}

const isUnder = (cookiePath: string, pathname: string) =>
  pathname === cookiePath || pathname.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
