import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import { findResgate, type Gateway, type Server, startGateway, startNats } from '@sojourn/testbed'
import { describePerson, nobody } from './open-place.fixture.ts'
import { Site } from './site.fixture.ts'
import { Browser, type Tab } from './tab.fixture.ts'

const gateways = findResgate() === null ? 'the peer: there is no Resgate here' : 'a real Resgate'
const john = describePerson('john')

suite(`resclient, through ${gateways}`, { timeout: 240_000 }, () => {
  let nats: Server
  let gateway: Gateway
  before(async () => {
    nats = await startNats()
    gateway = await startGateway(nats.url)
  })
  after(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await nats?.[Symbol.asyncDispose]()
  })
  const openSite = () => Site.open(nats, gateway)

  test('a visitor connects, mistypes, logs in, and reads what needs a role', async () => {
    await using site = await openSite()
    const tab = await site.open()
    assert.deepEqual(tab.user, nobody)
    await assert.rejects(tab.get('ticker.model'), { code: 'system.accessDenied' })
    await assert.rejects(tab.login('john', 'nope'), {
      code: 'session.wrongUsernamePassword',
      message: 'Wrong username or password',
    })
    await tab.login('john')
    await tab.until(({ user }) => user.id === 'john', 'john is shown')
    assert.deepEqual(tab.shown, [nobody, john])
    assert.deepEqual((await tab.get('ticker.model')).props, { seconds: 64 })
    await assert.rejects(tab.login('john'), { code: 'session.alreadyLoggedIn' })
  })

  test('a reload presents the key first: the page begins with its user', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    const { reloginKey } = tab.browser
    tab.close()
    const reloaded = await site.open(tab.browser)
    assert.deepEqual(reloaded.shown, [john])
    assert.notEqual(reloaded.browser.reloginKey, reloginKey)
    assert.deepEqual((await reloaded.get('ticker.model')).props, { seconds: 64 })
    await reloaded.renew()
    assert.deepEqual(reloaded.shown, [john])
  })

  test('a logout takes the user, the ticker and the key', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    await tab.get('ticker.model')
    assert.equal(await tab.logout(), null)
    await tab.until(({ user }) => user.id === null, 'nobody is shown')
    await tab.until(({ withdrawn }) => withdrawn.includes('ticker.model'), 'the ticker is withdrawn')
    await assert.rejects(
      site.open().then(tab => tab.get('ticker.model')),
      { code: 'system.accessDenied' },
    )
    await tab.renew()
    assert.deepEqual(tab.browser.refusals, ['session.invalidReloginKey'])
    assert.deepEqual(tab.shown, [nobody, john, nobody])
  })

  test('two tabs of a browser are both live, also when they come back at once', async () => {
    await using site = await openSite()
    const first = await site.logIn('john')
    const tabs = [first, await site.open(first.browser)]
    for (let round = 0; round < 3; round++) {
      await Promise.all(tabs.map(tab => tab.renew()))
      for (const tab of tabs) assert.deepEqual((await tab.get(`ticker.${round}`)).props, { seconds: 64 })
    }
    for (const tab of tabs) tab.close()
    const reloaded = await Promise.all(tabs.map(({ browser }) => site.open(browser)))
    for (const { shown } of reloaded) assert.deepEqual(shown, [john])
    assert.deepEqual(first.browser.refusals, [])
    assert.equal((await site.strategy.directory.list('john')).length, 1)
  })

  test('a logout in one of two tabs is told in the other', async () => {
    await using site = await openSite()
    const first = await site.logIn('john')
    const second = await site.open(first.browser)
    await second.get('ticker.model')
    await first.logout()
    await isTold(second, 'signed-out')
    await second.until(({ withdrawn }) => withdrawn.includes('ticker.model'), 'the ticker is withdrawn')
    await first.until(({ user }) => user.id === null, 'the first shows nobody')
    assert.deepEqual(first.reasons, [])
  })

  test('a copied key: at its second use both are out, and both pages say so', async () => {
    await using site = await openSite()
    const owner = await site.logIn('john')
    const copy = new Browser()
    copy.reloginKey = owner.browser.reloginKey
    const thief = await site.open(copy)
    assert.deepEqual(thief.user, john)
    await owner.renew()
    assert.deepEqual(owner.browser.refusals, ['session.invalidReloginKey'])
    for (const tab of [owner, thief]) await isTold(tab, 'reuse')
    await thief.renew()
    assert.equal(thief.browser.reloginKey, null)
    assert.deepEqual(await site.strategy.directory.list('john'), [])
  })

  test('the service is started anew: still in', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    await site.stop()
    await site.start()
    await tab.renew()
    assert.deepEqual((await tab.get('ticker.model')).props, { seconds: 64 })
    tab.close()
    assert.deepEqual((await site.open(tab.browser)).shown, [john])
    assert.deepEqual(tab.shown, [nobody, john])
  })

  test('no service while a page relogs in: the key is good once there is one', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    const { reloginKey } = tab.browser
    await site.stop()
    assert.equal(await tab.present(), false)
    assert.match(`${tab.browser.refusals}`, /^system\.(notFound|timeout)$/)
    assert.equal(tab.browser.reloginKey, reloginKey)
    await site.start()
    await tab.renew()
    assert.notEqual(tab.browser.reloginKey, reloginKey)
    assert.deepEqual(tab.user, john)
  })

  test('no store while a page relogs in: the key is good once there is one', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    const { browser } = tab
    for (const failing of ['reads', 'writes'] as const) {
      site.store.failing = failing
      assert.equal(await tab.present(), false)
    }
    assert.deepEqual(browser.refusals, ['system.internalError', 'system.internalError'])
    site.store.failing = null
    tab.close()
    assert.deepEqual((await site.open(browser)).shown, [john])
  })

  test('the service dies over a relogin, which is done but not answered: the same again is', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    const { browser } = tab
    site.store.gate.shut()
    const presented = tab.present()
    await eventually(() => site.store.gate.waiting === 1, 'the service is about to write')
    await site.cutOff()
    site.store.gate.open()
    assert.equal(await presented, false)
    assert.deepEqual(browser.refusals, ['system.timeout'])
    await site.start()
    tab.close()
    assert.deepEqual((await site.open(browser)).shown, [john])
    assert.deepEqual(browser.refusals, ['system.timeout'])
  })

  test('a page is reloaded over its relogin: the next one gets the same key', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    site.store.gate.shut()
    const presented = tab.present()
    await eventually(() => site.store.gate.waiting === 1, 'the service is about to write')
    tab.close()
    assert.equal(await presented, false)
    site.store.gate.open()
    assert.deepEqual((await site.open(tab.browser)).shown, [john])
    assert.deepEqual(tab.browser.refusals, ['lost'])
  })

  test('a service that is slower than the gateway’s patience is waited for', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    const { reloginKey } = tab.browser
    site.store.gate.shut()
    const presented = tab.present()
    await assert.rejects(tab.get('silent.model'), { code: 'system.timeout' })
    site.store.gate.open()
    assert.equal(await presented, true)
    assert.notEqual(tab.browser.reloginKey, reloginKey)
    assert.deepEqual(tab.browser.refusals, [])
  })

  test('a connection whose token was cleared has it back by a relogin', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    await tab.get('ticker.model')
    const [cid] = [...site.tokens].find(([, token]) => token !== null) ?? []
    await site.say(`conn.${cid}.token`, { token: null })
    await tab.until(({ withdrawn }) => withdrawn.includes('ticker.model'), 'the ticker is withdrawn')
    await assert.rejects(tab.get('ticker.other'), { code: 'system.accessDenied' })
    await tab.renew()
    assert.deepEqual((await tab.get('ticker.other')).props, { seconds: 64 })
  })

  test('the gateway is killed: pages come back by themselves, also one that is opened meanwhile', async () => {
    await using site = await openSite()
    const tab = await site.logIn('john')
    await gateway.kill()
    const early = site.open()
    await gateway.restart()
    await tab.until(({ reconnects }) => reconnects > 0, 'the page is back')
    assert.deepEqual((await tab.get('ticker.model')).props, { seconds: 64 })
    await (await early).login('john')
    assert.deepEqual(tab.shown, [nobody, john])
  })

  test('a login button pressed twice makes one session', async () => {
    await using site = await openSite()
    const tab = await site.open()
    const [first, second] = await Promise.allSettled([tab.login('john'), tab.login('john')])
    assert.deepEqual([first.status, second.status].sort(), ['fulfilled', 'rejected'])
    assert.equal((await site.strategy.directory.list('john')).length, 1)
    await tab.until(({ user }) => user.id === 'john', 'john is shown')
  })
})

/** The page shows nobody any more, and knows why. */
async function isTold(tab: Tab, reason: string): Promise<void> {
  await tab.until(({ user, reasons }) => user.id === null && reasons.length > 0, `the tab is told: ${reason}`)
  assert.deepEqual(tab.reasons, [reason])
}
