import type { StoredStrategy } from '@sojourn/core'
import { type Gateway, type Server, startGateway, startNats } from '@sojourn/testbed'
import { openPlace } from './open-place.fixture.ts'
import type { Place } from './place.fixture.ts'
import { ServiceProcess } from './service-process.fixture.ts'
import { Browser, Tab } from './tab.fixture.ts'

/** One NATS, two gateways, and a place for sessions. For each test: instances of the service, and pages. */
export class City implements AsyncDisposable {
  readonly nats: Server
  readonly gateways: readonly [Gateway, Gateway]
  readonly place: Place
  /** The sessions, as a process without a service sees them. */
  readonly strategy: StoredStrategy
  readonly #lasting: AsyncDisposableStack
  #passing = new AsyncDisposableStack()

  private constructor(
    parts: Pick<City, 'nats' | 'gateways' | 'place' | 'strategy'>,
    stack: AsyncDisposableStack,
  ) {
    this.nats = parts.nats
    this.gateways = parts.gateways
    this.place = parts.place
    this.strategy = parts.strategy
    this.#lasting = stack
  }

  static async build(provide: () => Promise<Place>): Promise<City> {
    await using stack = new AsyncDisposableStack()
    const use = async <T extends AsyncDisposable>(resource: Promise<T>) => stack.use(await resource)
    const [nats, place] = await Promise.all([use(startNats()), use(provide())])
    const gateways = await Promise.all([use(startGateway(nats.url)), use(startGateway(nats.url))])
    const { strategy } = await use(openPlace(place.url))
    return new City({ nats, gateways, place, strategy }, stack.move())
  }

  startInstance(): Promise<ServiceProcess> {
    return this.use(ServiceProcess.start(this.nats.url, this.place.url))
  }

  /** A page; in a browser that is new, or not. */
  async open(gateway = this.gateways[0], browser = new Browser()): Promise<Tab> {
    const tab = await Tab.open(gateway.url, browser)
    return this.#passing.adopt(tab, async tab => tab.close())
  }

  async logIn(username: string): Promise<Tab> {
    const tab = await this.open()
    await tab.login(username)
    await tab.until(({ user }) => user.id === username, `${username} is shown`)
    return tab
  }

  /** Until the test is over. */
  async use<T extends AsyncDisposable>(resource: Promise<T>): Promise<T> {
    return this.#passing.use(await resource)
  }

  async clear(): Promise<void> {
    const passing = this.#passing
    this.#passing = new AsyncDisposableStack()
    await passing.disposeAsync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear()
    await this.#lasting.disposeAsync()
  }
}
