import assert from 'node:assert/strict'
import { type Browser, type BrowserContext, eventually, type Page } from '@sojourn/testbed'

type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>
type Storage = Awaited<ReturnType<BrowserContext['storageState']>>

/** Somebody with a browser of their own. Nothing that its pages complain of may be left when they leave. */
export class Person implements AsyncDisposable {
  readonly #context: BrowserContext
  readonly tabs: Tab[] = []

  private constructor(context: BrowserContext) {
    this.#context = context
  }

  static async arrive(browser: Browser, url: string, storageState?: Storage, options?: ContextOptions) {
    const context = await browser.newContext({
      baseURL: url,
      ...options,
      ...(storageState && { storageState }),
    })
    return new Person(context)
  }

  async openTab(): Promise<Tab> {
    const tab = new Tab(await this.#context.newPage())
    this.tabs.push(tab)
    await tab.page.goto('/')
    await tab.page.locator('#plus-one:enabled, #ended:not([hidden])').first().waitFor()
    return tab
  }

  /** A copy of all that the browser holds. */
  storage(): Promise<Storage> {
    return this.#context.storageState({ indexedDB: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
    assert.deepEqual(
      this.tabs.flatMap(tab => tab.complaints),
      [],
    )
  }
}

export class Tab {
  readonly page: Page
  /** What the page threw, and what the browser refused to it. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', error => this.complaints.push(String(error)))
    page.on('console', message => {
      const isNetwork = /WebSocket connection|ERR_CONNECTION|ERR_ABORTED/.test(message.text())
      if (message.type() === 'error' && !isNetwork) this.complaints.push(message.text())
    })
  }

  press(button: string): Promise<void> {
    return this.page.getByRole('button', { name: button, exact: true }).click()
  }

  switchTo(identity: string): Promise<void> {
    return this.page.locator('.identity:enabled', { hasText: identity }).click()
  }

  async text(id: string): Promise<string> {
    return (await this.page.locator(`#${id}`).textContent()) ?? ''
  }

  async shows(id: string, text: string): Promise<void> {
    let shown = ''
    await eventually(async () => {
      shown = await this.text(id)
      return shown === text
    }).catch(() => assert.fail(`${id} shows ${shown}, not ${text}`))
  }
}
