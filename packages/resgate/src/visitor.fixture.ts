import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { City } from './city.fixture.ts'
import { describePerson } from './open-place.fixture.ts'
import type { Tab } from './tab.fixture.ts'

/** Somebody at one page, who logs in and stays so, whatever happens. */
export class Visitor {
  readonly #name: string
  readonly #city: City
  readonly #tabs: Tab[] = []

  constructor(city: City, name: string) {
    this.#city = city
    this.#name = name
  }

  /** Asks after each login, reload and renewal that came to its end. */
  async stay(isMore: () => boolean): Promise<void> {
    await this.#logIn(await this.#open())
    let isWanted = isMore()
    for (let round = 0; round < 5 || isWanted; round++) {
      // Now and then reloaded, by one gateway and the other.
      const tab = round % 3 === 0 ? await this.#open(round) : this.#tab
      await tab.renew()
      await this.#isIn(tab)
      isWanted = isMore()
    }
  }

  /** Once its page has reconnected by itself, and been reloaded. */
  async isBack(): Promise<void> {
    await this.#tab.until(({ reconnects }) => reconnects > 0, `${this.#name} has reconnected`)
    await this.#isIn(await this.#open())
  }

  /** Never signed out, and never anybody else. */
  assertIsIn(): void {
    const { browser, user } = this.#tab
    assert.deepEqual(user, describePerson(this.#name))
    assert.ok(browser.reloginKey)
    assert.ok(!browser.refusals.includes('session.invalidReloginKey'))
    for (const { shown, reasons } of this.#tabs) {
      for (const { id } of shown) assert.ok(id === null || id === this.#name)
      assert.deepEqual(reasons, [])
    }
  }

  get #tab(): Tab {
    return this.#tabs.at(-1) as Tab
  }

  async #open(round = 0): Promise<Tab> {
    const gateway = this.#city.gateways[round % 2 === 0 ? 0 : 1]
    const before = this.#tabs.at(-1)
    before?.close()
    const tab = await this.#city.open(gateway, before?.browser)
    this.#tabs.push(tab)
    return tab
  }

  /** Of a login whose answer was lost, there may be a session without a key. */
  async #logIn(tab: Tab): Promise<void> {
    while (tab.browser.reloginKey === null) {
      try {
        await tab.login(this.#name)
      } catch (error) {
        if ((error as { code: string }).code === 'session.alreadyLoggedIn') await tab.logout().catch(() => {})
        await setTimeout(20)
      }
    }
    await this.#isIn(tab)
  }

  #isIn(tab: Tab): Promise<void> {
    return tab.until(({ user }) => user.id === this.#name, `${this.#name} is shown`)
  }
}
