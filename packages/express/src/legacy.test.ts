import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, SessionError } from '@sojourn/core'
import { Browser } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { type ExpressSessionsOptions, type LegacySessions, sessions } from './index.ts'
import { addPages, comeWith, createLegacy, legacy, noSession } from './legacy.fixture.ts'
import { answerError, openSite } from './site.fixture.ts'

const down: LegacySessions['read'] = () => {
  throw new SessionError('store_unavailable', 'The look-up is down.')
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`sessions of another library, ${version}`, () => {
    test('are taken over by what streams its answer, too', async () => {
      await using site = await openSite({ createApp, legacy }, addPages)
      const browser = await comeWith(site, 'old')
      const { text, setCookies, headers } = await browser.get('/stream')
      assert.equal(text, 'one, two')
      assert.match(setCookies.join('\n'), /^session=[^;]+;.*\nold=; Max-Age=0$/)
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal((await browser.get('/who')).text, 'ada, old')
    })
  })
}

suite('sessions of another library', () => {
  test('become new sessions, with a deadline of their own', async () => {
    await using site = await openSite({ legacy, deadlineMs: 7_200_000 }, addPages)
    const browser = await comeWith(site, 'old')
    assert.match((await browser.get('/who')).setCookies.join(), /^session=[^;]+; Path=\/; Max-Age=7200;/)
    site.clock.advance(3_000_000)
    assert.equal((await browser.get('/who')).text, 'ada, old')
  })

  test('are given up by an answer that no cache keeps', async () => {
    await using site = await openSite({ legacy }, addPages)
    const { headers, setCookies } = await (await comeWith(site, 'old')).post('/sign-out')
    assert.deepEqual([headers['cache-control'], setCookies], ['no-store', ['old=; Max-Age=0']])
  })

  test('may come from several: the first that is good is taken, and all that are good are cleared', async () => {
    await using site = await openSite({ legacy: ['a', 'b', 'c'].map(createLegacy) }, addPages)
    const browser = await comeWith(site, 'a', 'b', 'c')
    browser.cookies.set('a', 'bad')
    assert.equal((await browser.get('/who')).text, 'ada, b')
    assert.deepEqual([...browser.cookies.keys()].sort(), ['a', 'session'])
  })

  test('are not asked for again where one was taken, and not where there is none', async () => {
    let reads = 0
    const counting: LegacySessions = {
      ...legacy,
      read(req) {
        reads++
        return legacy.read(req)
      },
    }
    await using site = await openSite({ legacy: counting }, addPages)
    const browser = await comeWith(site, 'old')
    await browser.get('/who')
    await browser.get('/who')
    assert.equal(reads, 1)
    const { text, setCookies, headers } = await new Browser(site).get('/who')
    assert.deepEqual([text, setCookies, headers['cache-control']], [noSession, [], undefined])
  })

  test('give way to a sign-in as another user', async () => {
    await using site = await openSite({ legacy }, addPages)
    const browser = await comeWith(site, 'old')
    await browser.post('/sign-in')
    assert.deepEqual([...browser.cookies.keys()], ['session'])
    assert.equal((await browser.get('/who')).text, 'bob, undefined')
  })

  test('that are bad stay as they are, until somebody signs out', async () => {
    await using site = await openSite({ legacy }, addPages)
    const browser = new Browser(site)
    browser.cookies.set('old', 'bad')
    assert.equal((await browser.get('/who')).text, noSession)
    await browser.post('/sign-in')
    assert.deepEqual([...browser.cookies.keys()], ['old', 'session'])
    await browser.post('/sign-out')
    assert.deepEqual([...browser.cookies.keys()], [])
  })

  test('are all cleared by a sign-out, taken or not, and whatever is begun after it', async () => {
    await using site = await openSite({ legacy: ['a', 'b'].map(createLegacy) }, addPages)
    for (const [a, b] of [
      ['bad', 'bad'],
      ['bad', 'ada'],
      ['ada', 'bad'],
    ] as const) {
      const browser = new Browser(site)
      browser.cookies.set('a', a).set('b', b)
      const { setCookies, headers } = await browser.post('/sign-out')
      assert.deepEqual(setCookies, ['a=; Max-Age=0', 'b=; Max-Age=0'], `${a}, ${b}`)
      assert.equal(headers['cache-control'], 'no-store')

      browser.cookies.set('a', a).set('b', b)
      await browser.post('/switch')
      assert.deepEqual([...browser.cookies.keys()], ['session'], `${a}, ${b}`)
      assert.equal((await browser.get('/who')).text, 'bob, undefined')
    }
  })

  test('that cannot be read fail the request, touch no cookie, and are taken over later', async () => {
    const { read } = legacy
    const failing = { ...legacy, read: down }
    await using site = await openSite({ legacy: [createLegacy('first'), failing] }, app => {
      addPages(app)
      app.use(answerError)
    })
    const browser = await comeWith(site, 'first', 'old')
    for (const path of ['/sign-in', '/sign-out']) {
      const { status, text, setCookies } = await browser.post(path)
      assert.deepEqual([status, text, setCookies], [503, '{"code":"store_unavailable"}', []])
    }
    failing.read = read
    assert.equal((await browser.get('/who')).text, 'ada, first')
    assert.deepEqual([...browser.cookies.keys()], ['session'])
  })

  test('that cannot be read leave, with whenUnavailable: anonymous, pages that change nothing', async () => {
    await using site = await openSite(
      { legacy: { ...legacy, read: down }, whenUnavailable: 'anonymous' },
      addPages,
    )
    const browser = await comeWith(site, 'old')
    const { text, setCookies } = await browser.get('/who')
    assert.deepEqual([text, setCookies], [noSession, []])
    const { status, setCookies: none } = await browser.post('/sign-in')
    assert.deepEqual([status, none], [503, []])
  })

  test('are not cleared by an answer that has begun without ours', async () => {
    await using site = await openSite({ legacy }, addPages)
    const browser = await comeWith(site, 'old')
    site.store.failing = 'writes'
    const { text, setCookies, complete } = await browser.post('/save-late')
    assert.deepEqual([text, setCookies, complete], ['sorry', [], true])
    site.store.failing = null
    assert.equal((await browser.get('/who')).text, 'ada, old')
  })

  test('are not taken over for a page of another site', async () => {
    await using site = await openSite({ legacy }, addPages)
    const browser = await comeWith(site, 'old')
    const { status, setCookies } = await browser.post('/sign-in', { 'Sec-Fetch-Site': 'cross-site' })
    assert.deepEqual([status, setCookies], [403, []])
  })

  test('are refused at construction in our own cookie, and beside bearer credentials', () => {
    const strategy = createStoredStrategy({ store: new TrialStore(), keys: ['x'.repeat(32)] })
    const refused = (options: Partial<ExpressSessionsOptions>) =>
      assert.throws(() => sessions({ strategy, ...options }), {
        name: 'SessionError',
        code: 'invalid_option',
      })
    for (const name of ['session', '__Host-session', '__Secure-session'])
      refused({ legacy: createLegacy(name) })
    refused({ legacy, cookie: { name: 'old' } })
    refused({ legacy: [legacy], credential: 'bearer' })
    sessions({ strategy, legacy: createLegacy('session'), cookie: { name: 'ours' } })
  })
})
