import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TrialStore } from '@sojourn/conformance'
import { createStoredStrategy } from '@sojourn/core'
import type { Express } from 'express'
import { Browser } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { type ExpressSessionsOptions, type LegacySessions, sessions } from './index.ts'
import { openSite } from './site.fixture.ts'

/** Sessions in a cookie that says, unsigned, whose they are. Only for a test. */
const createLegacy = (cookieName: string): LegacySessions => ({
  cookieName,
  read({ headers: { cookie = '' } }) {
    const [, userId] = new RegExp(`\\b${cookieName}=(\\w+)`).exec(cookie) ?? []
    return userId === undefined || userId === 'bad' ? null : { userId, data: { from: cookieName } }
  },
  clear({ headers: { cookie = '' } }, res) {
    if (cookie.includes(`${cookieName}=`)) res.appendHeader('Set-Cookie', `${cookieName}=; Max-Age=0`)
  },
})
const legacy = createLegacy('old')
const noSession = 'nobody, undefined'

function addPages(app: Express): void {
  app.get('/who', (req, res) => {
    const { from } = req.session as { from?: string }
    res.send(`${req.session.userId ?? 'nobody'}, ${from}`)
  })
  app.get('/stream', (_req, res) => {
    res.write('one, ')
    res.write('two')
    res.end()
  })
  app.post('/sign-out', (req, res) => {
    req.session.signOut()
    res.send('bye')
  })
  app.post('/sign-in', (req, res) => {
    req.session.signIn('bob')
    res.send('welcome')
  })
  app.post('/save-late', (req, res) => {
    const late = () => {
      res.write('sorry')
      res.once('drain', () => {
        req.session.signOut()
        res.end()
      })
    }
    req.session.save().then(late, late)
  })
}

async function comeWith(site: { url: string }, ...cookies: string[]): Promise<Browser> {
  const browser = new Browser(site)
  for (const name of cookies) browser.cookies.set(name, 'ada')
  return browser
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
    const { text, setCookies } = await new Browser(site).get('/who')
    assert.deepEqual([text, setCookies], [noSession, []])
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
    await browser.post('/sign-out')
    await browser.post('/sign-in')
    assert.deepEqual([...browser.cookies.keys()], ['old', 'session'])
    await browser.post('/sign-out')
    assert.deepEqual([...browser.cookies.keys()], [])
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
