import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { type Browser, launchChromium } from '@sojourn/testbed'
import { DemoProcess } from './demo-process.fixture.ts'
import { Guest, type Tab } from './guest.fixture.ts'

/** The demo with SQLite, a browser, and the database as seen from outside. */
export class Stage implements AsyncDisposable {
  readonly folder: string
  readonly demo: DemoProcess
  readonly store: SessionStore
  readonly #browser: Browser

  private constructor(folder: string, demo: DemoProcess, browser: Browser) {
    this.folder = folder
    this.demo = demo
    this.store = createDatabaseStore({ driver: createSqliteDriver(join(folder, 'sessions.db')) })
    this.#browser = browser
  }

  static async build(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'demo-relogin-key-'))
    const demo = await DemoProcess.start({ DATA_FOLDER: folder, REDIS_URL: '' })
    return new Stage(folder, demo, await launchChromium())
  }

  arrive(url = this.demo.url): Promise<Guest> {
    return Guest.arrive(this.#browser, url)
  }

  /** The tab is in the session that it was in, with a key that the server made, and nobody was taken for a thief. */
  async isUnharmed(tab: Tab, session: string | undefined): Promise<void> {
    await tab.isKnownAs('alice')
    const key = await tab.key()
    assert.equal(key?.session, session)
    assert.equal(key?.generation, (await this.store.read(key?.session ?? ''))?.generation)
    assert.deepEqual(this.demo.reuses, [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    await this.store.close()
    await this.demo[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true })
  }
}
