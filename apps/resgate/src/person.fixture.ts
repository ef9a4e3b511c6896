import assert from 'node:assert/strict'
import { type Browser, type BrowserContext, eventually, type Page } from '@sojourn/testbed'

const passwords = { alice: 'wonderland', bob: 'builder' }
export type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>
type Name = keyof typeof passwords

/** One person with one browser, and one tab or several. Nothing that its pages complain of may be left in the end. */
export class Person implements AsyncDisposable {
  readonly context: BrowserContext
  readonly tabs: Tab[] = []

  private constructor(context: BrowserContext) {
    this.context = context
  }

  static async arrive(browser: Browser, options: ContextOptions): Promise<Person> {
    const context = await browser.newContext(options)
    context.setDefaultTimeout(20_000)
    const person = new Person(context)
    await person.openTab()
    return person
  }

  get tab(): Tab {
    return this.tabs[0] as Tab
  }

  async openTab(): Promise<Tab> {
    const tab = new Tab(await this.context.newPage())
    this.tabs.push(tab)
    await tab.page.goto('/')
    return tab
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close()
    assert.deepEqual(
      this.tabs.flatMap(tab => tab.complaints),
      [],
    )
  }
}

export class Tab {
  readonly page: Page
  /** Methods of the frames that it has sent, as `auth.session.login`. */
  readonly sent: string[] = []
  /** What the page threw, and what the browser refused to it. */
  readonly complaints: string[] = []
  #lastFrom = 0

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', error => this.complaints.push(String(error)))
    page.on('console', message => {
      const isNetwork = /WebSocket connection|ERR_CONNECTION|ERR_ABORTED/.test(message.text())
      if (message.type() === 'error' && !isNetwork) this.complaints.push(message.text())
    })
    page.on('websocket', socket => {
      const from = this.sent.length
      socket.on('framesent', ({ payload }) => {
        this.#lastFrom = from
        this.sent.push(JSON.parse(`${payload}`).method)
      })
    })
  }

  /** On the latest connection on which it has sent anything. */
  get sentLast(): string[] {
    return this.sent.slice(this.#lastFrom)
  }

  /** How often it has presented its key. */
  get presented(): number {
    return this.sent.filter(method => method === 'auth.session.relogin').length
  }

  async signIn(name: Name): Promise<{ generation: number; session: string }> {
    await this.submit(name, passwords[name])
    await this.isKnownAs(name)
    let key = await this.key()
    await eventually(async () => {
      key = await this.key()
      return key !== null
    })
    return key ?? assert.fail('no key')
  }

  async submit(name: string, password: string): Promise<void> {
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    await this.press('Sign in')
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click()
  }

  /** Resolves when the page is connected, says that name, and is told of seconds. */
  async isKnownAs(name: Name): Promise<void> {
    await this.page.locator('#name', { hasText: name }).waitFor()
    await this.page.locator('[data-link=open]').waitFor()
    await this.page.locator('#seconds', { hasText: /\d/ }).waitFor()
  }

  /** Resolves when another second has come. */
  async ticks(): Promise<void> {
    const seconds = async () => Number(await this.page.locator('#seconds').textContent())
    const first = await seconds()
    await eventually(async () => (await seconds()) > first)
  }

  async isOut(): Promise<void> {
    await this.says('You are not signed in')
    await this.page.locator('#sign-in').waitFor()
  }

  /** Resolves when the page says this. */
  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor()
  }

  /** Resolves when the browser holds a later key than that, and no use of it is under way. */
  async hasUsed(generation: number): Promise<void> {
    await eventually(async () => ((await this.key())?.generation ?? 0) > generation)
    await this.page.locator('#attempt', { hasText: 'None under way' }).waitFor()
  }

  /** Presses the button, and reads the copy from the page. */
  async copyKey(): Promise<string> {
    await this.press('Copy the key')
    await this.says(/Now open http/)
    return this.page.getByLabel('The copied key').inputValue()
  }

  /** Of the key that the browser holds. */
  async key(): Promise<{ generation: number; session: string; text: string } | null> {
    const text = await this.page.evaluate(readKey)
    if (text === undefined) return null
    const [session = '', generation] = text.split('.')
    return { generation: Number(generation), session, text }
  }
}

/** Run by the page. */
function readKey(): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('resgate-demo')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const reading = opening.result.transaction('items').objectStore('items').get('reloginKey')
      reading.onsuccess = () => {
        opening.result.close()
        resolve(reading.result?.key)
      }
    }
  })
}
