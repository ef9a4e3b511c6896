export interface Reply {
  readonly status: number
  readonly text: string
  readonly setCookies: readonly string[]
}

/** Keeps cookies, by name alone, and sends them back to whichever server is asked. */
export class Visitor {
  readonly cookies: Map<string, string>

  constructor(cookies: Iterable<readonly [string, string]> = []) {
    this.cookies = new Map(cookies)
  }

  get header(): string {
    return Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ')
  }

  async ask(method: 'GET' | 'POST', url: string, cookie = this.header): Promise<Reply> {
    const res = await fetch(url, { method, headers: cookie === '' ? {} : { cookie } })
    const setCookies = res.headers.getSetCookie()
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      if (/; Max-Age=0(;|$)/.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return { status: res.status, text: await res.text(), setCookies }
  }

  /** What the library of before gave. */
  get old(): string[] {
    return [...this.cookies.keys()].filter(name => name.startsWith('old'))
  }
}
