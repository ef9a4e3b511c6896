import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, type Session } from '@sojourn/core'
import express, { type Request } from 'express'
import { Browser } from './browser.fixture.ts'
import { requireUser, type SessionsHandler, sessions } from './index.ts'
import { serve } from './serve.fixture.ts'
import { openSite } from './site.fixture.ts'

declare module '@sojourn/core' {
  interface SessionData {
    favourites: string[]
  }
}

interface Shop {
  cart: string[]
  address?: { city: string }
}

const strategy = createStoredStrategy({ store: new TrialStore(), keys: ['the secret of the typed shop app'] })
const session = sessions<Shop>({ strategy })

suite('session data is typed', () => {
  test('by a type of the app’s own', async () => {
    const app = express()
    app.use(session)
    app.get('/', requireNobody, (req, res) => {
      const { cart = [] } = session.of(req)
      session.of(req).cart = [...cart, 'tea']
      res.json(session.of(req).cart)
    })
    await using server = await serve(app)
    const browser = new Browser(server)
    await browser.get('/')
    assert.equal((await browser.get('/')).text, '["tea","tea"]')
  })

  test('by declaration merging', async () => {
    await using site = await openSite({}, app => {
      app.get('/', (req, res) => {
        const { favourites = [] } = req.session
        req.session.favourites = [...favourites, 'tea']
        res.json(req.session.favourites)
      })
    })
    const browser = new Browser(site)
    await browser.get('/')
    assert.equal((await browser.get('/')).text, '["tea","tea"]')
  })
})

const requireNobody = (req: Request, _res: unknown, next: () => void) => {
  assert.equal(req.session.userId, null)
  next()
}

/** Never called: what must compile, and what must not. */
export function whatMustCompile(req: Request, own: Session<Shop>): void {
  const handler: SessionsHandler<Shop> = session
  express().use(handler, requireUser(), requireUser({ loginPath: '/hello' }))

  const cart: string[] | undefined = session.of(req).cart
  const city: string | undefined = session.of(req).address?.city
  const favourites: string[] | undefined = req.session.favourites
  const userId: string | null = own.userId
  const saved: Promise<void> = own.save()
  own.save(error => error)
  own.signOut({ everywhere: true })
  delete own.cart
  void [cart, city, favourites, userId, saved]

  // @ts-expect-error A session that is new has no cart.
  session.of(req).cart.push('tea')
  // @ts-expect-error There is no such key.
  session.of(req).basket = []
  // @ts-expect-error Nor by declaration merging.
  req.session.basket = []
  // @ts-expect-error A cart holds text.
  session.of(req).cart = [1]
  // @ts-expect-error Favourites are text.
  req.session.favourites = 'tea'
  // @ts-expect-error Data of the app's own type is not declared for all.
  req.session.cart = []
  // @ts-expect-error Only a sign-in sets the user.
  own.userId = 'ada'
  // @ts-expect-error The id is the session's own.
  own.id = 'x'
  // @ts-expect-error A sign-in needs a user.
  own.signIn()
  // @ts-expect-error There is no such strategy.
  sessions({ strategy: 'memory' })
  // @ts-expect-error There is no session without a strategy.
  sessions({})
  // @ts-expect-error There is no such option.
  sessions({ strategy, cookie: { maxAge: 1000 } })
  // @ts-expect-error SameSite is one of three words.
  sessions({ strategy, cookie: { sameSite: true } })
}
