/** Of a cookie's name and value together (RFC 6265bis, section 5.6). */
const maxCookieBytes = 4096

/**
 * The `Cookie` header that a browser sends after an answer with these `Set-Cookie` headers; null if it holds none.
 *
 * @throws {Error} for a cookie that a browser would drop
 */
export function keepCookies(held: string | null, setCookies: readonly string[]): string | null {
  const pairs = new Map(held?.split('; ').map(pair => [nameOf(pair), pair]))
  for (const cookie of setCookies) {
    const [pair] = cookie.split(';', 1) as [string]
    const name = nameOf(pair)
    const bytes = Buffer.byteLength(pair) - '='.length
    if (bytes > maxCookieBytes)
      throw new Error(
        `the cookie ${name} has ${bytes} bytes, and browsers drop what is over ${maxCookieBytes}`,
      )
    if (isExpired(cookie)) pairs.delete(name)
    else pairs.set(name, pair)
  }
  return pairs.size === 0 ? null : [...pairs.values()].join('; ')
}

const nameOf = (pair: string) => pair.slice(0, pair.indexOf('='))

function isExpired(cookie: string): boolean {
  const maxAge = /; *max-age=([^;]*)/i.exec(cookie)?.[1]
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const expires = /; *expires=([^;]*)/i.exec(cookie)?.[1]
  return expires !== undefined && Date.parse(expires) <= Date.now()
}

/** The same, after an answer with these raw headers. */
export function cookieAfter(held: string | null, rawHeaders: readonly string[]): string | null {
  const setCookies: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'set-cookie') setCookies.push(rawHeaders[index + 1] ?? '')
  }
  return setCookies.length === 0 ? held : keepCookies(held, setCookies)
}
