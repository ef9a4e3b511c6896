import { type Cookie, CookieJar } from './cookie-jar.ts'
import type { Place } from './place.ts'
import { type Answer, type Request, request } from './request.ts'

/** Where the browser was led, and what it was shown there. */
export interface Page extends Answer {
  readonly path: string
}

export interface Post {
  /** Default: POST. */
  readonly method?: 'POST' | 'DELETE'
  readonly type: 'application/x-www-form-urlencoded' | 'application/json'
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const maxRedirects = 10

/** One visitor with cookies of its own, who runs no scripts. */
export class Browser {
  readonly jar: CookieJar
  readonly #place: Place
  readonly #headers: Readonly<Record<string, string>>
  /** Where the application takes itself to be: behind a proxy, that is not where it is asked. */
  readonly #shown: string

  /** @param headers sent with every request */
  constructor(place: Place, headers: Readonly<Record<string, string>> = {}, cookies: readonly Cookie[] = []) {
    this.#shown = shownOrigin(place, headers)
    const { hostname, protocol } = new URL(this.#shown)
    this.jar = new CookieJar(hostname, protocol === 'https:' || place.isLoopback, cookies)
    this.#place = place
    this.#headers = headers
  }

  /** Another browser with a copy of these cookies, or of those given. */
  copy(cookies: readonly Cookie[] = this.jar.cookies): Browser {
    return new Browser(this.#place, this.#headers, cookies)
  }

  /** Where `path` is, as the application names it. */
  urlOf(path: string): URL {
    return new URL(path, this.#shown)
  }

  /** Whether that is the application, by the name that it has for itself or by that of `--url`. */
  isOfApplication({ origin }: URL): boolean {
    return origin === this.#shown || origin === this.#place.origin
  }

  /** What is sent when a page is opened. */
  headersFor(path: string): Record<string, string> {
    const cookie = this.jar.headerFor(path)
    return {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'user-agent': 'sojourn-bench',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...this.#headers,
      ...(cookie !== null && { cookie }),
    }
  }

  /**
   * Opens a page, or posts to it, and follows redirects.
   *
   * @throws {Error} if there is no answer, or if it leads to another origin
   */
  async visit(path: string, post?: Post): Promise<Page> {
    let next: Request = post ? this.#posting(path, post) : { method: 'GET', path, headers: {} }
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const answer = await request(this.#place, {
        ...next,
        headers: { ...this.headersFor(next.path), ...next.headers },
      })
      this.jar.keep(answer.setCookies, next.path)
      const { status, location } = answer
      if (![301, 302, 303, 307, 308].includes(status) || location === null)
        return { ...answer, path: next.path }
      const target = this.#follow(location, next.path)
      const isRepeated = status > 303 || (status !== 303 && next.method === 'GET')
      next = isRepeated ? { ...next, path: target } : { method: 'GET', path: target, headers: {} }
    }
    throw new Error(`${path} redirects more than ${maxRedirects} times.`)
  }

  #posting(path: string, { method = 'POST', type, body, headers }: Post): Request {
    const origin = this.#shown
    const posted = { 'content-type': type, origin, referer: `${origin}${path}`, ...headers }
    const script = { accept: 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
    return {
      method,
      path,
      headers: type === 'application/json' ? { ...script, ...posted } : posted,
      body,
    }
  }

  #follow(location: string, path: string): string {
    const target = new URL(location, this.urlOf(path))
    if (this.isOfApplication(target)) return `${target.pathname}${target.search}`
    throw new Error(
      `${path} redirects to ${target.origin}, which is another origin than ${this.#shown} and is not followed: if it is ` +
        "the same application, give that as --url, or what a proxy would say as --header 'X-Forwarded-Proto: https'.",
    )
  }
}

function shownOrigin({ origin }: Place, headers: Readonly<Record<string, string>>): string {
  const { protocol, host } = new URL(origin)
  const scheme = headers['x-forwarded-proto'] ?? protocol.slice(0, -1)
  return URL.parse(`${scheme}://${headers.host ?? host}`)?.origin ?? origin
}
