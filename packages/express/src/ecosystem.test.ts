import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import flash from 'connect-flash'
import { csrfSync } from 'csrf-sync'
import type { Express, Request } from 'express'
import passport from 'passport'
import { Browser } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { openSite } from './site.fixture.ts'

/** Takes everybody's word for who they are. */
class Trusting extends passport.Strategy {
  override readonly name = 'trusting'

  override authenticate(req: Request): void {
    const { user } = req.query
    if (user === 'mallory') this.fail(401)
    else this.success({ name: user })
  }
}

function addPassport(app: Express): void {
  const authenticator = new passport.Authenticator()
  authenticator.use(new Trusting())
  authenticator.serializeUser((user, done) => done(null, (user as { name: string }).name))
  authenticator.deserializeUser((name, done) => done(null, { name }))
  app.use(authenticator.session())
  for (const keepSessionInfo of [false, true]) {
    const path = keepSessionInfo ? '/keeping' : ''
    app.post(`${path}/login`, authenticator.authenticate('trusting', { keepSessionInfo }), (_req, res) => {
      res.redirect('/')
    })
    app.post(`${path}/logout`, (req, res, next) => {
      req.logout({ keepSessionInfo }, error => (error ? next(error) : res.redirect('/')))
    })
  }
  app.post('/cart', (req, res) => {
    Object.assign(req.session, { cart: ['tea'] })
    res.redirect('/')
  })
  app.get('/', (req, res) => {
    const { cart = null } = req.session as { cart?: string[] }
    res.json({ user: req.user ?? null, cart })
  })
}

const seenBy = async (browser: Browser) => JSON.parse((await browser.get('/')).text)
const withCredentialOf = (site: { url: string }, browser: Browser) => {
  const copy = new Browser(site)
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  return copy
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`passport, ${version}`, () => {
    test('signs in and out, each time into a new session', async () => {
      await using site = await openSite({ createApp }, addPassport)
      const browser = new Browser(site)
      await browser.post('/cart')
      const before = withCredentialOf(site, browser)
      await browser.post('/login?user=ada')
      assert.deepEqual(await seenBy(browser), { user: { name: 'ada' }, cart: null })
      assert.deepEqual(await seenBy(before), { user: null, cart: null })

      await browser.post('/cart')
      const signedIn = withCredentialOf(site, browser)
      await browser.post('/logout')
      assert.deepEqual(await seenBy(browser), { user: null, cart: null })
      assert.deepEqual(await seenBy(signedIn), { user: null, cart: null })
      assert.equal(browser.cookies.size, 0)
      assert.equal(site.store.records.size, 0)
    })

    test('keeps the data where it is asked to, and never the credential', async () => {
      await using site = await openSite({ createApp }, addPassport)
      const browser = new Browser(site)
      await browser.post('/cart')
      const before = withCredentialOf(site, browser)
      await browser.post('/keeping/login?user=ada')
      assert.deepEqual(await seenBy(browser), { user: { name: 'ada' }, cart: ['tea'] })
      assert.deepEqual(await seenBy(before), { user: null, cart: null })

      const signedIn = withCredentialOf(site, browser)
      await browser.post('/keeping/logout')
      assert.deepEqual(await seenBy(browser), { user: null, cart: ['tea'] })
      assert.deepEqual(await seenBy(signedIn), { user: null, cart: null })
    })

    test('turns others away, and gives them no credential', async () => {
      await using site = await openSite({ createApp }, addPassport)
      const browser = new Browser(site)
      assert.equal((await browser.post('/login?user=mallory')).status, 401)
      assert.equal(browser.cookies.size, 0)
    })

    test('answers 503 while the store fails, and signs nobody in', async () => {
      await using site = await openSite({ createApp }, addPassport)
      const browser = new Browser(site)
      site.store.failing = 'writes'
      assert.equal((await browser.post('/login?user=ada')).status, 503)
      assert.equal(browser.cookies.size, 0)
    })
  })

  suite(`connect-flash, ${version}`, () => {
    test('shows a message after the redirect, once', async () => {
      await using site = await openSite({ createApp }, app => {
        app.use(flash())
        app.post('/cart', (req, res) => {
          req.flash('info', 'tea is in the cart')
          req.flash('info', 'so is milk')
          res.redirect('/')
        })
        app.get('/', (req, res) => {
          res.json(req.flash('info'))
        })
      })
      const browser = new Browser(site)
      await browser.post('/cart')
      assert.deepEqual(await seenBy(browser), ['tea is in the cart', 'so is milk'])
      assert.deepEqual(await seenBy(browser), [])
    })
  })

  suite(`csrf-sync, ${version}`, () => {
    test('lets a form through that carries the session’s token, and no other', async () => {
      const { csrfSynchronisedProtection, revokeToken, generateToken } = csrfSync()
      await using site = await openSite({ createApp }, app => {
        app.use(csrfSynchronisedProtection)
        app.get('/', (req, res) => {
          res.json(generateToken(req))
        })
        app.post('/pay', (_req, res) => {
          res.send('paid')
        })
        app.post('/forget', (req, res) => {
          revokeToken(req)
          res.send('forgotten')
        })
      })
      const [ada, mallory] = [new Browser(site), new Browser(site)]
      const token = await seenBy(ada)
      assert.equal(await seenBy(ada), token)
      const carrying = { 'X-CSRF-Token': token }
      assert.equal((await ada.post('/pay', carrying)).text, 'paid')
      assert.equal((await ada.post('/pay')).status, 403)
      assert.equal((await ada.post('/pay', { 'X-CSRF-Token': await seenBy(mallory) })).status, 403)
      assert.equal((await ada.post('/forget', carrying)).text, 'forgotten')
      assert.equal((await ada.post('/pay', carrying)).status, 403)
    })
  })
}
