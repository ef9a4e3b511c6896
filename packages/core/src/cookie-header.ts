/** Every value of the cookie `name` in a `Cookie` header, in its order. The same name may come several times. */
export function readCookies(header: string, name: string): string[] {
  const values: string[] = []
  for (let start = 0; start < header.length; ) {
    const semicolon = header.indexOf(';', start)
    const end = semicolon < 0 ? header.length : semicolon
    const nameAt = skipBlanks(header, start)
    if (header.startsWith(name, nameAt)) {
      const equals = skipBlanks(header, nameAt + name.length)
      if (header[equals] === '=') values.push(trimBlanks(header, equals + 1, end))
    }
    start = end + 1
  }
  return values
}

/** Browsers strip no more (RFC 6265bis, section 5.6): what `trim()` strips would let a plain cookie pass for `__Host-`. */
function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

function trimBlanks(text: string, from: number, to: number): string {
  let end = to
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--
  return text.slice(skipBlanks(text, from), end)
}

export interface CookieAttributes {
  readonly path: string
  readonly domain?: string | undefined
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly secure: boolean
  /** Seconds; 0 removes the cookie, undefined keeps it until the browser closes. */
  readonly maxAge?: number | undefined
}

/** The value of a `Set-Cookie` header (RFC 6265), always `HttpOnly`. Name and value must need no escape. */
export function formatCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, sameSite, secure, maxAge } = attributes
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${sameSiteNames[sameSite]}`,
  ].join('; ')
}

const sameSiteNames = { lax: 'Lax', strict: 'Strict', none: 'None' } as const
