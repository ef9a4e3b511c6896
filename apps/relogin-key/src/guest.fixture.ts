import { type Browser, type BrowserContext, eventually, type Page } from '@sojourn/testbed'

const passwords = { alice: 'wonderland', bob: 'builder' }
type Name = keyof typeof passwords

/** One person with one browser, and one tab or several. */
export class Guest implements AsyncDisposable {
  readonly tab: Tab
  readonly #context: BrowserContext

  private constructor(context: BrowserContext, tab: Tab) {
    this.#context = context
    this.tab = tab
  }

  static async arrive(browser: Browser, url: string): Promise<Guest> {
    const context = await browser.newContext({ baseURL: url })
    context.setDefaultTimeout(15_000)
    return new Guest(context, await openTab(context))
  }

  openTab(): Promise<Tab> {
    return openTab(this.#context)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
  }
}

async function openTab(context: BrowserContext): Promise<Tab> {
  const tab = new Tab(await context.newPage())
  await tab.page.goto('/')
  return tab
}

export class Tab {
  readonly page: Page
  /** What kinds of frames the server has sent, as `presented` or `tell tick`. */
  readonly heard: string[] = []
  /** How often it has presented. */
  presented = 0

  constructor(page: Page) {
    this.page = page
    page.on('websocket', socket => {
      socket.on('framesent', ({ payload }) => {
        if (JSON.parse(`${payload}`)[0] === 'present') this.presented++
      })
      socket.on('framereceived', ({ payload }) => {
        const [kind, type] = JSON.parse(`${payload}`)
        this.heard.push(kind === 'tell' ? `tell ${type}` : kind)
      })
    })
  }

  async signIn(name: Name): Promise<void> {
    await this.submit(name, passwords[name])
    await this.isKnownAs(name)
  }

  async submit(name: string, password: string): Promise<void> {
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    await this.press('Sign in')
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click()
  }

  /** Resolves when the page is connected, and says that name. */
  async isKnownAs(name: Name): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    await this.page.locator('[data-link=active]').waitFor()
  }

  /** Resolves when the page says this. */
  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  /** Reloads so often, each time when the key has been sent and its answer will find nobody. */
  async reload(times: number): Promise<void> {
    await this.page.addInitScript(hearNothing, times)
    for (let n = 0; n < times; n++) {
      const { presented } = this
      await this.page.goto('/', { waitUntil: 'commit' })
      await eventually(async () => this.presented > presented)
    }
    await this.page.goto('/')
  }

  /** Of the key that the browser holds. */
  async key(): Promise<{ generation: number; session: string } | null> {
    const text = await this.page.evaluate(readStored, 'sojourn:default')
    if (text === undefined) return null
    const { key, session } = JSON.parse(text)
    return { generation: Number(key.split('.')[1]), session }
  }

  /** Presses the button, and reads the copy from the page. */
  async copyKey(): Promise<string> {
    await this.press('Copy the key')
    await this.says(/Now open http/)
    return this.page.getByLabel('The copied key').inputValue()
  }

  async useStolenKey(text: string): Promise<void> {
    await this.page.getByLabel('A key from another window').fill(text)
    await Promise.all([this.page.waitForEvent('framenavigated'), this.press('Use it')])
  }
}

/** Run by the page: where the client keeps its keys. */
function readStored(name: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sojourn')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const reading = opening.result.transaction('items').objectStore('items').get(name)
      reading.onsuccess = () => {
        opening.result.close()
        resolve(reading.result)
      }
    }
  })
}

/** Run by the page before its own scripts: as often, the server's answers come too late for it. */
function hearNothing(times: number): void {
  const left = Number(sessionStorage.left ?? times)
  if (left === 0) return
  sessionStorage.left = left - 1
  Object.defineProperty(WebSocket.prototype, 'onmessage', { set() {} })
}
