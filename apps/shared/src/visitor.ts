import type { Browser, BrowserContext, Page } from '@sojourn/testbed'

const passwords = { alice: 'wonderland', bob: 'builder' }

/** One person with one browser: cookies of its own, and one page. */
export class Visitor implements AsyncDisposable {
  readonly page: Page
  readonly #context: BrowserContext

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context
    this.page = page
  }

  /** @param userAgent default: the browser's own */
  static async arrive(browser: Browser, url: string, userAgent?: string): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: url, ...(userAgent && { userAgent }) })
    return new Visitor(context, await context.newPage())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
  }

  /** Where the visitor is, without the host. */
  get path(): string {
    const { pathname, search } = new URL(this.page.url())
    return pathname + search
  }

  /** The session's cookie, as the browser holds it. */
  async cookie() {
    const cookies = await this.#context.cookies()
    return cookies.find(({ name }) => name.endsWith('-session')) ?? null
  }

  /** Holds a copy of another's credential from now on. */
  async steal({ name, value, domain, path }: { name: string; value: string; domain: string; path: string }) {
    await this.#context.addCookies([{ name, value, domain, path }])
  }

  async signIn(name: keyof typeof passwords): Promise<void> {
    await this.page.goto('/login')
    await this.submit(name, passwords[name])
  }

  /** Fills in the sign-in form that is on the page. Returns the answer's status. */
  async submit(name: string, password: string): Promise<number> {
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    return this.press('Sign in')
  }

  /** Presses the button of a form, and waits for the page that this leads to. Returns the status of the answer. */
  async press(button: string): Promise<number> {
    const [answer] = await Promise.all([
      this.page.waitForResponse(response => response.request().method() === 'POST'),
      this.page.waitForEvent('framenavigated'),
      this.page.getByRole('button', { name: button, exact: true }).click(),
    ])
    await this.page.waitForLoadState()
    return answer.status()
  }

  /** Follows a link to a page of another site, whose form posts `fields` to `target`. Returns the answer's status. */
  async lure(
    otherSite: string,
    target: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
    const form = `<form method="post" action="${target}">${inputs.join('')}<button>Win a prize</button></form>`
    await this.page.route(otherSite, route => route.fulfill({ contentType: 'text/html', body: form }))
    await this.page.goto(otherSite)
    return this.press('Win a prize')
  }

  /** The devices that the dashboard shows, by their names. */
  devices(): Promise<string[]> {
    return this.page.getByRole('listitem').getByRole('heading').allInnerTexts()
  }

  /** What the page says of `term`. */
  async fact(term: string): Promise<string> {
    const row = this.page.locator('dl > div', { has: this.page.getByText(term, { exact: true }) })
    return ((await row.locator('dd').textContent()) ?? '').trim()
  }

  /** What `/api/me` tells a script of the page. */
  me(): Promise<{ status: number; body: unknown }> {
    return this.page.evaluate(`fetch('/api/me', { headers: { Accept: 'application/json' } }).then(
      async response => ({ status: response.status, body: await response.json() })
    )`)
  }
}
