import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { eventually, findResgate } from '@sojourn/testbed'
import { Stage, sessionReady } from './stage.fixture.ts'

const kind = findResgate() === null ? 'the peer' : 'a real Resgate'
const stolen = 'Somebody else used a copy of your key, so both were signed out. Sign in again.'
const refused =
  'Your session is over: it was ended from elsewhere, or a copy of your key was used. Sign in again.'

describe(`a visitor of the demo, through ${kind}`, { timeout: 180_000 }, () => {
  let stage: Stage

  before(async () => {
    stage = await Stage.build()
  })
  beforeEach(() => {
    stage.session.log.length = 0
  })
  after(() => stage?.[Symbol.asyncDispose]())

  test('is told of a wrong password, signs in as bob, and is shown the role and the seconds', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await tab.submit('bob', 'wonderland')
    await tab.says('Wrong name or password.')
    assert.equal(await tab.key(), null)
    await tab.signIn('bob')
    await tab.page.locator('#role', { hasText: 'user' }).waitFor()
    await tab.ticks()
  })

  test('guesses passwords, and is told when to go on', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await eventually(async () => {
      await tab.submit('mallory', 'guess')
      await tab.page.locator('#sign-in button:enabled').waitFor()
      return /^Too many wrong passwords\. Try again in \d+ (s|min)\.$/.test(
        (await tab.page.locator('#wrong').textContent()) ?? '',
      )
    })
    assert.equal(await tab.key(), null)
  })

  test('presses "Sign in" twice, and is in one session', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await tab.page.getByLabel('Name').fill('alice')
    await tab.page.getByLabel('Password').fill('wonderland')
    await tab.page.locator('#sign-in').evaluate((form: HTMLFormElement) => {
      form.requestSubmit()
      form.requestSubmit()
    })
    assert.ok(await tab.page.locator('#sign-in button').isDisabled())
    await tab.isKnownAs('alice')
    assert.equal(tab.sent.filter(method => method === 'auth.session.login').length, 1)
    assert.equal((await stage.store.listByUser('user-1')).length, 1)
    await tab.press('Sign out')
    await tab.isOut()
  })

  test('has two tabs: in by one, both live, out by the other', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    const other = await person.openTab()
    await other.says('You are not signed in')
    const { session } = await tab.signIn('alice')
    await other.isKnownAs('alice')
    const { generation = 0 } = (await tab.key()) ?? {}
    await other.press('Use it now')
    await tab.hasUsed(generation)
    await tab.press('Use it now')
    await tab.hasUsed(generation + 1)
    await stage.isUnharmed(tab, session)
    await stage.isUnharmed(other, session)

    const sent = other.sent.length
    await other.press('Sign out')
    await other.isOut()
    assert.deepEqual(other.sent.slice(sent), ['auth.session.logout'])
    await tab.isOut()
    await tab.says('You signed out in another tab.')
    assert.equal(await tab.key(), null)
    await tab.signIn('bob')
    await other.isKnownAs('bob')
    assert.deepEqual(stage.reuses, [])
  })

  test('renews the key each minute, until signed out', async () => {
    await using person = await stage.arrive()
    const { tab } = person
    await tab.page.clock.install()
    await tab.page.reload()
    const { generation } = await tab.signIn('alice')
    const { presented } = tab
    await tab.page.clock.runFor(40_000)
    assert.equal(tab.presented, presented)
    await tab.page.clock.runFor(20_000)
    await tab.hasUsed(generation)
    await tab.press('Sign out')
    await tab.isOut()
    const sent = tab.sent.length
    await tab.page.clock.runFor(180_000)
    assert.deepEqual(
      tab.sent.slice(sent).filter(method => method.startsWith('auth.')),
      [],
    )
  })

  for (const first of ['thief', 'owner'] as const) {
    test(`has the key copied to another browser, and the ${first} uses it first: both are out`, async () => {
      await using owner = await stage.arrive()
      const { generation, session } = await owner.tab.signIn('alice')
      const copy = await owner.tab.copyKey()
      if (first === 'owner') {
        await owner.tab.press('Use it now')
        await owner.tab.hasUsed(generation)
      }
      await using thief = await stage.arrive()
      await thief.tab.page.getByLabel('A key from another window').fill(copy)
      await thief.tab.press('Use it here')
      if (first === 'thief') {
        await thief.tab.isKnownAs('alice')
        await owner.tab.press('Use it now')
      }
      await owner.tab.says(stolen)
      await thief.tab.says(first === 'thief' ? stolen : refused)
      for (const { tab } of [owner, thief]) {
        await tab.isOut()
        assert.equal(await tab.key(), null)
      }
      assert.equal(await stage.store.read(session), null)
      assert.equal(stage.reuses.length, 1)
    })
  }

  test('has all that the browser holds copied: both are out when both have used it', async () => {
    await using owner = await stage.arrive()
    await owner.tab.signIn('alice')
    const storageState = await owner.context.storageState({ indexedDB: true })
    await using thief = await stage.arrive({ storageState })
    await thief.tab.isKnownAs('alice')
    await owner.tab.press('Use it now')
    await owner.tab.says(stolen)
    await thief.tab.says(stolen)
    assert.equal(stage.reuses.length, 1)
  })

  test('has an attempt id copied that was under way: the owner’s return ends the session', async () => {
    await using owner = await stage.arrive()
    const { session, generation } = await owner.tab.signIn('alice')
    stage.network.delay(300)
    await owner.tab.press('Use it now')
    await eventually(async () => (await stage.store.read(session))?.generation === generation + 1)
    stage.network.cut()
    const storageState = await owner.context.storageState({ indexedDB: true })
    await owner.tab.page.close()
    stage.network.heal()

    await using thief = await stage.arrive({ storageState })
    await thief.tab.isKnownAs('alice')
    await thief.tab.press('Use it now')
    await thief.tab.hasUsed(generation + 1)
    assert.deepEqual(stage.reuses, [])
    await using returned = await stage.arrive({ storageState })
    await thief.tab.says(stolen)
    await returned.tab.isOut()
    assert.equal(await returned.tab.key(), null)
  })

  test('comes back when the key has expired, and is told so', async () => {
    await stage.session.end('SIGTERM')
    await stage.session.start(sessionReady, { IDLE_MS: '1000' })
    await using person = await stage.arrive()
    const { tab } = person
    await tab.page.clock.install()
    await tab.page.reload()
    const { session } = await tab.signIn('alice')
    stage.network.cut()
    await tab.page.clock.fastForward(90_000)
    await eventually(async () => ((await stage.store.read(session))?.expiresAt ?? 0) < Date.now())
    stage.network.heal()
    await tab.page.clock.resume()
    await tab.says('Your key was not used for 90 seconds, so it has expired. Sign in again.')
    await tab.isOut()
    assert.equal(await tab.key(), null)
    await stage.session.end('SIGTERM')
    await stage.session.start(sessionReady)
  })

  test('asks the web server for sources, and gets none', async () => {
    for (const path of [
      '/sessionService.js',
      '/session-service.ts',
      '/src/session-service.ts',
      '/page/main.ts',
      '/main.ts',
      '/index.html',
      '/package.json',
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2fusers.ts',
      '/data/sessions.db',
      '/data/secret',
    ]) {
      assert.equal((await fetch(stage.web.url + path)).status, 404, path)
    }
    assert.match(
      (await fetch(stage.web.url)).headers.get('content-security-policy') ?? '',
      new RegExp(`script-src 'self';.*connect-src ${new URL(stage.network.url).origin};`),
    )
  })
})
