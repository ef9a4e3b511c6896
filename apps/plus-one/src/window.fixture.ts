import { type ClientOptions, type ClientStorage, createClient, createMemoryStorage } from '@sojourn/client'
import type { Visitor } from './visitor.ts'

/** What one browser keeps, and all that was ever put there. */
export class Browser implements ClientStorage {
  readonly #storage = createMemoryStorage()
  readonly written: string[] = []

  read(name: string) {
    return this.#storage.read(name)
  }

  write(name: string, text: string | null) {
    if (text !== null) this.written.push(text)
    return this.#storage.write(name, text)
  }

  /** The key that an identity holds now. */
  key(identity = 'home'): string | null {
    const text = this.read(`plus-one:${identity}`)
    return typeof text === 'string' ? JSON.parse(text).key : null
  }

  /** A thief's copy of it. */
  copy(): Browser {
    const copy = new Browser()
    for (const name of ['plus-one', 'plus-one:home', 'plus-one:work'])
      copy.write(name, this.read(name) as string)
    return copy
  }
}

let visits = 0

/** A window of a browser, which does what the page does, and shows nothing. */
export class Window implements Disposable {
  readonly client
  readonly visit = `visit ${++visits}`
  /** What the server told without being asked, the last first. */
  readonly told: Visitor[] = []
  readonly #says: string

  constructor(
    url: string,
    browser: ClientStorage,
    { says = 'a test', ...options }: Partial<ClientOptions> & { says?: string } = {},
  ) {
    this.#says = says
    this.client = createClient({
      url: new URL('/socket', url.replace('http', 'ws')),
      storage: browser,
      name: 'plus-one',
      identity: 'home',
      ...options,
    })
    this.client.listen('visitor', (visitor: Visitor) => void this.told.unshift(visitor))
  }

  /** A window that has said hello. */
  static async open(...args: ConstructorParameters<typeof Window>): Promise<Window> {
    const window = new Window(...args)
    await window.hello()
    return window
  }

  hello(): Promise<Visitor> {
    return this.client.ask('hello', { visit: this.visit, fromClient: this.#says })
  }

  plusOne(): Promise<Visitor> {
    return this.client.ask('plus-one')
  }

  forgetMe(): Promise<Visitor> {
    return this.client.ask('forget-me', { visit: this.visit, fromClient: this.#says })
  }

  [Symbol.dispose](): void {
    this.client.close()
  }
}
