import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import resclient from 'resclient'
import { WebSocket } from 'ws'
import type { SessionUser } from './index.ts'

/** Only what is broken ever comes to the end of it. */
const patienceMs = 20_000

/** What a browser keeps for all its tabs, and loses when it is told that the key is worthless, only then. */
export class Browser {
  reloginKey: string | null = null
  attempt: string | null = null
  /** The codes of all relogins in vain with the key that it held; late duplicates of one before are refused as well. */
  readonly refusals: string[] = []
}

export interface Model {
  readonly props: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: JSON
  on(event: string, listener: (data: any) => void): Model
}

type Person = { readonly [P in keyof SessionUser]: SessionUser[P] | null }

const delays = { reconnectDelay: 50, subscribeStaleDelay: 50, subscribeRetryDelay: 50 }

/** A page on an unmodified resclient, as it should be: see the README. */
export class Tab {
  readonly browser: Browser
  /** All whom it showed, now the last. */
  readonly shown: Person[] = []
  /** Why its session ended, if others ended it. */
  readonly reasons: string[] = []
  /** Resources that it had, and may not read any more. */
  readonly withdrawn: string[] = []
  /** How often it was back, with its key presented. */
  reconnects = 0
  readonly #url: string
  readonly #client: InstanceType<typeof resclient.default>
  readonly #waiting = new Set<() => void>()
  #socket: WebSocket | null = null
  #lost: Promise<never> = Promise.reject()
  #isClosed = false

  private constructor(url: string, browser: Browser) {
    this.#url = url
    this.browser = browser
    this.#lost.catch(() => {})
    this.#client = new resclient.default(() => this.#connect(), delays)
    this.#client.setOnConnect(() => this.#enter())
  }

  /** Reloaded until it has a gateway, and from there its user. */
  static async open(url: string, browser = new Browser()): Promise<Tab> {
    for (let end = performance.now() + patienceMs; ; ) {
      const tab = new Tab(url, browser)
      try {
        await tab.#load()
        return tab
      } catch (error) {
        tab.close()
        if (performance.now() > end) throw error
        await setTimeout(20)
      }
    }
  }

  get user(): Person {
    return this.shown.at(-1) as Person
  }

  /** A page elsewhere in the same browser; default: this one, reloaded. */
  async reload(url = this.#url): Promise<Tab> {
    this.close()
    return Tab.open(url, this.browser)
  }

  close(): void {
    this.#isClosed = true
    this.#client.disconnect()
    this.#socket?.terminate() // Resgate answers a close only when it has answered all else.
  }

  async login(username: string, password = username): Promise<void> {
    const { reloginKey } = await this.#ask('login', { username, password })
    this.browser.reloginKey = reloginKey
    this.browser.attempt = null
  }

  logout(): Promise<unknown> {
    return this.#ask('logout')
  }

  /** Presents the key, and again with the same attempt id until it is known what became of it. */
  async renew(): Promise<void> {
    const socket = this.#socket
    while (!(await this.present())) {
      if (this.#isClosed || this.#socket !== socket) return // The next connection sees to it.
      await setTimeout(20)
    }
  }

  /** One try. True: no further one is needed. */
  async present(): Promise<boolean> {
    const { browser } = this
    const { reloginKey } = browser
    if (reloginKey === null) return true
    browser.attempt ??= randomUUID()
    const answer = await this.#ask('relogin', { reloginKey, attempt: browser.attempt }).catch(error => error)
    const isHeld = browser.reloginKey === reloginKey
    if (answer.code !== undefined && isHeld) browser.refusals.push(answer.code)
    if (answer.code !== undefined && answer.code !== 'session.invalidReloginKey') return false
    if (!isHeld) return answer.code === undefined // Another tab was quicker.
    browser.reloginKey = answer.reloginKey ?? null
    browser.attempt = null
    return true
  }

  /** Fails as soon as the connection is lost: resclient would wait for ever. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON
  async #ask(method: string, params?: object): Promise<any> {
    return Promise.race([this.#client.authenticate('session', method, params), this.#lost])
  }

  async get(rid: string): Promise<Model> {
    const model = (await Promise.race([this.#client.get(rid), this.#lost])) as Model
    return model.on('unsubscribe', () => {
      this.withdrawn.push(rid)
      this.#look()
    })
  }

  /** Waits until the page shows what `isRight` wants. */
  until(isRight: (tab: this) => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (isRight(this)) settle(resolve)
      }
      const give = () => {
        const { user, shown, reasons, reconnects, browser } = this
        const state = JSON.stringify({ user, shown, reasons, reconnects, browser })
        settle(() => reject(new Error(`never happened: ${what}; ${state}`)))
      }
      const timer = globalThis.setTimeout(give, patienceMs)
      const settle = (done: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        done()
      }
      this.#waiting.add(check)
      check()
    })
  }

  #connect(): WebSocket {
    // As in browsers, where resclient has dealt with one message before the next: it would lose a change right after `get`.
    const socket = new WebSocket(this.#url, { allowSynchronousEvents: false })
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => {})
    socket.addEventListener('close', () => reject(Object.assign(new Error('lost'), { code: 'lost' })))
    this.#socket = socket
    this.#lost = promise
    return socket
  }

  /** Before anything else on each connection. */
  async #enter(): Promise<void> {
    const socket = this.#socket
    const isDone = await this.present()
    // Of a connection that is lost, resclient must not think that it is there.
    if (socket?.readyState !== WebSocket.OPEN) return new Promise(() => {})
    // Within, nothing more can be asked: resclient would wait for us.
    if (!isDone) void this.renew()
  }

  async #load(): Promise<void> {
    const connected = this.#client.connect()
    connected.catch(() => {})
    await Promise.race([connected, this.#lost])
    const user = await this.get('session.user.{cid}')
    const show = () => {
      this.shown.push({ ...(user.props as Person) })
      this.#look()
    }
    show()
    user.on('change', show).on('ended', ({ reason }) => {
      this.reasons.push(reason)
      this.#look()
    })
    this.#client.on('connect', () => {
      this.reconnects++
      this.#look()
    })
  }

  #look(): void {
    for (const check of [...this.#waiting]) check()
  }
}
