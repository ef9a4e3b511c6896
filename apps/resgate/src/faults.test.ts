import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { eventually, findResgate } from '@sojourn/testbed'
import { Stage, sessionReady } from './stage.fixture.ts'

const kind = findResgate() === null ? 'the peer' : 'a real Resgate'

describe(`a visitor of the demo, through ${kind}, in trouble`, { timeout: 180_000 }, () => {
  let stage: Stage

  before(async () => {
    stage = await Stage.build()
  })
  beforeEach(() => {
    stage.session.log.length = 0
  })
  after(() => stage?.[Symbol.asyncDispose]())

  /** Resolves when the service has taken the key, and its answer has not come through yet. */
  async function isTaken({ session, generation }: { session: string; generation: number }): Promise<void> {
    await eventually(async () => ((await stage.store.read(session))?.generation ?? 0) > generation)
  }

  test('reloads, and is signed in', async () => {
    await using person = await stage.arrive()
    const { session } = await person.tab.signIn('alice')
    await person.tab.page.reload()
    await stage.isUnharmed(person.tab, session)
  })

  test('reloads 20 times, each time when the key is under way', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session, generation } = await tab.signIn('alice')
    for (let n = 0; n < 20; n++) {
      const { presented } = tab
      await tab.page.goto('/', { waitUntil: 'commit' })
      await eventually(() => tab.presented > presented)
    }
    await tab.page.reload()
    await stage.isUnharmed(tab, session)
    assert.ok(((await tab.key())?.generation ?? 0) > generation)
  })

  test('has the network dropped, and comes back', async () => {
    await using person = await stage.arrive()
    const { session } = await person.tab.signIn('alice')
    stage.network.cut()
    await person.tab.says('You are still signed in.')
    stage.network.heal()
    await stage.isUnharmed(person.tab, session)
  })

  test('has the network swallow everything, and comes back', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await tab.page.clock.install()
    await tab.page.reload()
    const { session, generation } = await tab.signIn('alice')
    stage.network.blackHole()
    await tab.press('Use it now')
    await tab.page.clock.runFor(17_000)
    await tab.says('You are still signed in.')
    await tab.page.clock.runFor(1000)
    stage.network.heal() // but not the connection that has just begun
    await tab.page.clock.runFor(17_000)
    await tab.page.clock.resume()
    await tab.hasUsed(generation)
    await stage.isUnharmed(tab, session)
  })

  test('has the gateway killed and started again', async () => {
    await using person = await stage.arrive()
    const { session } = await person.tab.signIn('alice')
    await stage.gateway.kill()
    await person.tab.says(/No gateway answers at .* You are still signed in\./)
    await stage.gateway.restart()
    await stage.isUnharmed(person.tab, session)
  })

  for (const [when, start] of [
    ['of a reload', 'reload'],
    ['of a renewal', 'renew'],
  ] as const) {
    test(`loses the answer ${when}, after the service has taken the key`, async () => {
      await using person = await stage.arrive()
      const { tab } = person
      const key = await tab.signIn('alice')
      stage.network.delay(300)
      if (start === 'reload') await tab.page.reload()
      else await tab.press('Use it now')
      await isTaken(key)
      stage.network.cut()
      assert.equal((await tab.key())?.generation, key.generation)
      stage.network.heal()
      await stage.isUnharmed(tab, key.session)
      assert.equal((await tab.key())?.generation, key.generation + 1)
    })
  }

  test('loses an answer by the page’s own button', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session, generation } = await tab.signIn('alice')
    await tab.press('Use it and lose it')
    await tab.says('Connection lost')
    await tab.hasUsed(generation)
    await stage.isUnharmed(tab, session)
  })

  test('has the session service killed and started again, and can sign out', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session } = await tab.signIn('alice')
    await stage.session.end('SIGKILL')
    await tab.press('Sign out')
    const refusal = 'The session service does not answer. Try again in a moment.'
    await tab.says(refusal)
    await tab.ticks()
    await tab.says(refusal)
    await stage.session.start(sessionReady)
    await tab.press('Use it now')
    await stage.isUnharmed(tab, session)
    await tab.press('Sign out')
    await tab.isOut()
    assert.equal(await stage.store.read(session), null)
  })

  test('reloads while there is no session service, and is in once there is one', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session } = await tab.signIn('alice')
    await stage.session.end('SIGKILL')
    await tab.page.reload()
    await tab.says('Waiting for the session service')
    assert.equal((await tab.key())?.session, session)
    await stage.session.start(sessionReady)
    await stage.isUnharmed(tab, session)
  })

  test('uses the key while the session service is too slow for the gateway', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session, generation } = await tab.signIn('alice')
    stage.session.freeze()
    await tab.press('Use it now')
    await tab.says('The session service does not answer. You are still signed in.')
    stage.session.thaw()
    await tab.hasUsed(generation)
    await stage.isUnharmed(tab, session)
  })

  test('is away from the gateway when a renewal is due', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await tab.page.clock.install()
    await tab.page.reload()
    const { session, generation } = await tab.signIn('alice')
    await stage.gateway.kill()
    await tab.page.clock.runFor(70_000)
    await tab.says('You are still signed in.')
    await stage.gateway.restart()
    await tab.page.clock.runFor(3000)
    await tab.page.clock.resume()
    await tab.hasUsed(generation)
    await stage.isUnharmed(tab, session)
  })

  for (const who of ['alice', 'nobody'] as const) {
    test(`opens the page as ${who} while the gateway is down; it comes alive by itself`, async () => {
      await using person = await stage.arrive()
      const { tab } = person
      if (who === 'alice') await tab.signIn('alice')
      await stage.gateway.kill()
      await tab.page.reload()
      await tab.says('Waiting for the gateway')
      await stage.gateway.restart()
      if (who === 'alice') await tab.isKnownAs('alice')
      else await tab.isOut()
    })
  }

  test('loses the connection in the very first relogin of a page', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const key = await tab.signIn('alice')
    stage.session.freeze()
    const { presented } = tab
    await tab.page.reload()
    await eventually(() => tab.presented > presented)
    stage.network.cut()
    stage.session.thaw()
    await isTaken(key)
    stage.network.heal()
    await stage.isUnharmed(tab, key.session)
    assert.deepEqual(tab.sentLast.slice(0, 2), ['version', 'auth.session.relogin'])
  })

  test('reloads two tabs at once, five times, over a slow network', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session } = await tab.signIn('alice')
    const other = await person.openTab()
    stage.network.delay(40)
    for (let n = 0; n < 5; n++) {
      await Promise.all([tab.page.reload(), other.page.reload()])
      await Promise.all([stage.isKnown(tab, session), stage.isKnown(other, session)])
    }
    stage.network.heal()
    assert.deepEqual(stage.reuses, [])
  })

  test('has NATS killed and started again, and Resgate with it, which ends itself', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const { session } = await tab.signIn('alice')
    await stage.nats.kill()
    await tab.says(/No gateway answers at .* You are still signed in\./)
    await stage.nats.restart()
    await stage.gateway.restart()
    await stage.isUnharmed(tab, session)
  })

  test('signs in at a service that hangs: nobody is left in a session without a key', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await tab.says('You are not signed in')
    stage.session.freeze()
    await tab.submit('bob', 'builder')
    await tab.says('The session service does not answer. Try again in a moment.')
    stage.session.thaw()
    await eventually(() => tab.sent.includes('auth.session.logout'))
    await tab.isOut()
    await eventually(async () => (await stage.store.listByUser('user-2')).length === 0)
    await tab.signIn('bob')
  })
})
