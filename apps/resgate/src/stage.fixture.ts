import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import {
  type Browser,
  eventually,
  type Gateway,
  launchChromium,
  type Proxy as Network,
  type Server,
  startGateway,
  startNats,
  startProxy,
} from '@sojourn/testbed'
import { PartProcess } from './part-process.fixture.ts'
import { type ContextOptions, Person, type Tab } from './person.fixture.ts'

export const sessionReady = /^Session service: /m

/** All parts of the demo, a browser, a bad network in front of the gateway, and the database as seen from outside. */
export class Stage implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack()
  folder!: string
  nats!: Server
  gateway!: Gateway
  network!: Network
  session!: PartProcess
  web!: PartProcess
  browser!: Browser
  store!: SessionStore

  static async build(): Promise<Stage> {
    const stage = new Stage()
    try {
      await stage.#build()
      return stage
    } catch (error) {
      await stage[Symbol.asyncDispose]()
      throw error
    }
  }

  async #build(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'demo-resgate-'))
    this.#stack.defer(() => rm(this.folder, { recursive: true }))
    this.nats = this.#stack.use(await startNats())
    this.gateway = this.#stack.use(await startGateway(this.nats.url))
    this.network = this.#stack.use(await startProxy(this.gateway))
    const start = async (file: string, ready: RegExp, env: NodeJS.ProcessEnv = {}) =>
      this.#stack.use(await PartProcess.start(file, ready, { ...this.env, ...env }))
    const [, session, web, browser] = await Promise.all([
      start('ticker-service.ts', /^Ticker service: /m),
      start('session-service.ts', sessionReady),
      start('web-server.ts', /127\.0\.0\.1/),
      launchChromium(),
    ])
    this.session = session
    this.web = web
    this.browser = browser
    this.#stack.defer(() => browser.close())
    this.store = createDatabaseStore({ driver: createSqliteDriver(join(this.folder, 'sessions.db')) })
    this.#stack.defer(() => this.store.close())
  }

  get env(): NodeJS.ProcessEnv {
    const { nats, network, folder } = this
    return {
      NATS_URL: nats.url,
      RESGATE_URL: network.url,
      DATA_FOLDER: folder,
      PORT: '0',
      REDIS_URL: '',
      STORE: '',
    }
  }

  /** What the session service has said of keys that were used twice. */
  get reuses(): string[] {
    return this.session.log.filter(line => line.startsWith('reuse'))
  }

  arrive(options: ContextOptions = {}): Promise<Person> {
    return Person.arrive(this.browser, { baseURL: this.web.url, ...options })
  }

  async isKnown(tab: Tab, session: string): Promise<void> {
    await tab.isKnownAs('alice')
    assert.equal((await tab.key())?.session, session)
  }

  /** The tab is in the session that it was in, with a key that the service made, and nobody was taken for a thief. */
  async isUnharmed(tab: Tab, session: string): Promise<void> {
    await tab.isKnownAs('alice')
    await eventually(
      async () => (await tab.key())?.generation === (await this.store.read(session))?.generation,
    )
    assert.equal((await tab.key())?.session, session)
    assert.deepEqual(this.reuses, [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
