import type { Browser, BrowserContext, Page } from '@sojourn/testbed'

/** One person with one browser: cookies of its own, and one page. */
export class Visitor implements AsyncDisposable {
  readonly page: Page
  readonly #context: BrowserContext

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context
    this.page = page
  }

  static async arrive(browser: Browser, url: string): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: url })
    return new Visitor(context, await context.newPage())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
  }

  /** Where the visitor is, without host and query. */
  get path(): string {
    return new URL(this.page.url()).pathname
  }

  /** Goes there, and says where that led to, and with which status. */
  async visit(path: string): Promise<{ path: string; status: number }> {
    const answer = await this.page.goto(path)
    return { path: this.path, status: answer?.status() ?? 0 }
  }

  cookies() {
    return this.#context.cookies()
  }

  /** Holds a copy of all cookies of `other` from now on. */
  async copyCookies(other: Visitor): Promise<void> {
    await this.#context.addCookies(await other.cookies())
  }

  /** What the links at the top say. */
  menu(): Promise<string[]> {
    return this.page.getByRole('navigation').getByRole('link').allInnerTexts()
  }

  /** Signs in with the form, and says with which status it was answered. */
  async signIn(name: string, password: string): Promise<number> {
    await this.page.goto('/login')
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    return this.press('Sign in')
  }

  /** Adds with the form of the start page. */
  async addMessage(message: string): Promise<number> {
    await this.page.goto('/')
    await this.page.getByLabel('Message').fill(message)
    return this.press('Add')
  }

  /** The message that the session holds, as a new request shows it; null if there is none. */
  async readMessage(): Promise<string | null> {
    await this.page.goto('/session-test-read')
    const message = this.page.locator('blockquote')
    return (await message.count()) === 0 ? null : message.textContent()
  }

  /** Presses a button, and waits for the page that this leads to. Returns the status of the first answer. */
  async press(button: string): Promise<number> {
    const [answer] = await Promise.all([
      this.page.waitForResponse(response => response.request().isNavigationRequest()),
      this.page.waitForEvent('framenavigated'),
      this.page.getByRole('button', { name: button, exact: true }).click(),
    ])
    await this.page.waitForLoadState()
    return answer.status()
  }

  /** What a script of the page is answered; with `body`, to a POST. */
  fetch(path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const headers = { 'Content-Type': 'application/json' }
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
    return this.page.evaluate(`fetch('${path}', ${JSON.stringify(init)}).then(
      async response => ({ status: response.status, body: await response.json() })
    )`)
  }
}
