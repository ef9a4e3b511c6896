import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { eventually, startProxy } from '@sojourn/testbed'
import { Stage } from './stage.fixture.ts'

describe('a visitor who is interrupted', { timeout: 180_000 }, () => {
  let stage: Stage

  before(async () => {
    stage = await Stage.build()
  })
  beforeEach(() => {
    stage.demo.log.length = 0
  })
  after(() => stage?.[Symbol.asyncDispose]())

  test('reloads 20 times as fast as the browser can, and stays signed in', async () => {
    await using guest = await stage.arrive()
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    await tab.reload(20)
    await stage.isUnharmed(tab, key?.session)
    assert.ok(((await tab.key())?.generation ?? 0) > (key?.generation ?? 0))
  })

  test('reloads five tabs at once, again and again, and stays signed in', async () => {
    await using guest = await stage.arrive()
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    const tabs = [tab, ...(await Promise.all([1, 2, 3, 4].map(() => guest.openTab())))]
    await Promise.all(tabs.map(each => each.reload(4)))
    for (const each of tabs) await each.isKnownAs('alice')
    await stage.isUnharmed(tab, key?.session)
  })

  test('renews, and never hears the answer', async () => {
    await using guest = await stage.arrive()
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    await tab.press('Renew and lose it')
    await tab.says('Connection lost')
    await tab.says(`Key ${key?.generation} became key ${(key?.generation ?? 0) + 1}`)
    await stage.isUnharmed(tab, key?.session)
  })

  for (const [what, isKilled] of [
    ['the network is cut', false],
    ['the server is killed', true],
  ] as const) {
    test(`stays signed in when ${what} between the renewal and its answer`, async () => {
      await using proxy = await startProxy(stage.demo)
      await using guest = await stage.arrive(proxy.url)
      const { tab } = guest
      await tab.signIn('alice')
      const { generation, session } = (await tab.key()) ?? assert.fail('no key')
      proxy.delay(500)
      await tab.press('Renew now')
      await eventually(async () => (await stage.store.read(session))?.generation === generation + 1)
      if (isKilled) await stage.demo.end('SIGKILL')
      proxy.cut()
      assert.equal((await tab.key())?.generation, generation)
      await tab.says('You are still signed in.')

      if (isKilled) await stage.demo.start()
      proxy.heal()
      await stage.isUnharmed(tab, session)
      assert.equal((await tab.key())?.generation, generation + 1)
    })
  }

  test('stays signed in when the server is killed at any other moment of a renewal', async () => {
    await using guest = await stage.arrive()
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    for (let n = 0; n < 3; n++) {
      await tab.press('Renew now')
      await stage.demo.end('SIGKILL')
      await stage.demo.start()
      await stage.isUnharmed(tab, key?.session)
    }
  })

  test('stays signed in over a server that ends cleanly, with its sockets open', async () => {
    await using guest = await stage.arrive()
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    assert.equal(await stage.demo.end('SIGTERM'), 0)
    await tab.says('You are still signed in.')
    await stage.demo.start()
    await stage.isUnharmed(tab, key?.session)
  })

  test('cuts the network, and comes back', async () => {
    await using guest = await stage.arrive()
    const { tab } = guest
    await tab.signIn('alice')
    const key = await tab.key()
    await tab.press('Cut for 10 s')
    await tab.says('Cut off')
    await tab.says('You are still signed in.')
    await tab.press('Come back now')
    await stage.isUnharmed(tab, key?.session)
  })
})
