import { TrialStore } from '@sojourn/conformance'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import type { Gateway, Server } from '@sojourn/testbed'
import { connectToNats, createSessionService } from './index.ts'
import { people } from './open-place.fixture.ts'
import { Browser, Tab } from './tab.fixture.ts'

/** The services behind a gateway: sessions, which can be made to wait, and tickers for those who have a role. */
export class Site implements AsyncDisposable {
  readonly store = new TrialStore()
  readonly strategy = createReloginKeyStrategy({
    store: this.store,
    keys: ['a secret of more than thirty-two bytes'],
  })
  /** By connection: the tokens as the service gave them. */
  readonly tokens = new Map<string, object | null>()
  readonly #natsUrl: string
  readonly #gateway: Gateway
  readonly #stack = new AsyncDisposableStack()
  #service = new AsyncDisposableStack()
  /** How the session service loses NATS, for good. */
  cutOff = async () => {}

  private constructor(nats: Server, gateway: Gateway) {
    this.#natsUrl = nats.url
    this.#gateway = gateway
  }

  static async open(nats: Server, gateway: Gateway): Promise<Site> {
    const site = new Site(nats, gateway)
    try {
      await site.#serveTickers()
      await site.start()
      return site
    } catch (error) {
      await site[Symbol.asyncDispose]()
      throw error
    }
  }

  async start(): Promise<void> {
    const nats = await connectToNats({ servers: this.#natsUrl })
    this.cutOff = () => nats.close()
    this.#service.defer(this.cutOff)
    const { strategy, store } = this
    const service = createSessionService({ ...people, nats, strategy, connections: store, onError() {} })
    await service.start()
    this.#service.defer(() => service.close())
  }

  async stop(): Promise<void> {
    const service = this.#service
    this.#service = new AsyncDisposableStack()
    await service.disposeAsync()
  }

  async open(browser = new Browser()): Promise<Tab> {
    return this.#stack.adopt(await Tab.open(this.#gateway.url, browser), async tab => tab.close())
  }

  /** A page on which somebody has logged in. */
  async logIn(username: string): Promise<Tab> {
    const tab = await this.open()
    await tab.login(username)
    await tab.until(({ user }) => user.id === username, `${username} is shown`)
    return tab
  }

  async say(subject: string, payload: object): Promise<void> {
    const nats = await connectToNats({ servers: this.#natsUrl })
    nats.publish(subject, JSON.stringify(payload))
    await nats.drain()
  }

  async #serveTickers(): Promise<void> {
    const nats = await connectToNats({ servers: this.#natsUrl })
    this.#stack.defer(() => nats.close())
    nats.subscribe('access.ticker.*', {
      callback: (_, message) => {
        const { token } = message.json<{ token: { role?: string } | null }>()
        message.respond(JSON.stringify({ result: { get: Boolean(token?.role) } }))
      },
    })
    nats.subscribe('get.ticker.*', {
      callback: (_, message) => void message.respond(JSON.stringify({ result: { model: { seconds: 64 } } })),
    })
    // Of this one, nobody ever hears again.
    nats.subscribe('*.silent.model')
    nats.subscribe('conn.*.token', {
      callback: (_, message) => {
        const [, cid = ''] = message.subject.split('.')
        this.tokens.set(cid, message.json<{ token: object | null }>().token)
      },
    })
    await nats.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.gate.open()
    await this.#stack.disposeAsync()
    await this.stop()
  }
}
