import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, SessionError } from '@sojourn/core'
import type { ErrorRequestHandler, Express } from 'express'
import { Browser } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { type ExpressSessionsOptions, sessions } from './sessions.ts'
import { answerError, openSite, type Site } from './site.fixture.ts'

/** A page that says who one is, and some that change that. */
function addPages(app: Express): void {
  app.get('/who', (req, res) => {
    const { cart = [] } = req.session as { cart?: string[] }
    res.json({ user: req.session.userId, cart })
  })
  app.post('/login', (req, res) => {
    req.session.signIn('ada')
    res.send('welcome')
  })
  app.post('/logout', (req, res) => {
    req.session.signOut()
    res.send('bye')
  })
  app.post('/cart', (req, res) => {
    Object.assign(req.session, { cart: ['tea'] })
    res
      .status(201)
      .set({
        Location: '/cart',
        ETag: '"1"',
        'Last-Modified': 'now',
        'Cache-Control': 'public',
        'X-Kept': 'yes',
      })
      .type('text/csv')
      .attachment('cart.csv')
      .send('what must not be sent')
  })
}

const otherStrategy = () => createStoredStrategy({ store: new TrialStore(), keys: ['x'.repeat(32)] })

async function signedIn(site: Site): Promise<Browser> {
  const browser = new Browser(site)
  await browser.post('/login')
  return browser
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`while the store fails, ${version}`, () => {
    test('who has a session is answered 503, and nothing tells the browser to forget it', async () => {
      await using site = await openSite({ createApp }, addPages)
      const browser = await signedIn(site)
      site.store.failing = 'reads'
      const { status, setCookies } = await browser.get('/who')
      assert.deepEqual([status, setCookies], [503, []])
      site.store.failing = null
      assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
    })

    test('who has none is served, until something is to be stored', async () => {
      await using site = await openSite({ createApp }, addPages)
      site.store.failing = 'writes'
      const browser = new Browser(site)
      assert.equal((await browser.get('/who')).status, 200)
      assert.equal((await browser.post('/cart')).status, 503)
    })

    test('nothing of an answer that was not saved is sent', async () => {
      await using site = await openSite({ createApp }, addPages)
      site.store.failing = 'writes'
      const { status, headers, setCookies, text } = await new Browser(site).post('/cart')
      assert.equal(status, 503)
      assert.deepEqual(setCookies, [])
      assert.doesNotMatch(text, /what must not be sent/)
      assert.match(headers['content-type'] ?? '', /^text\/html/)
      assert.equal(headers['content-length'], String(text.length))
      for (const name of ['location', 'etag', 'last-modified', 'cache-control', 'content-disposition']) {
        assert.equal(headers[name], undefined, name)
      }
    })

    test('an error handler of the app sees the code, and its answer is what is sent', async () => {
      const seen: Pick<SessionError, 'code'>[] = []
      await using site = await openSite({ createApp }, app => {
        addPages(app)
        app.use(((error, _req, res, _next) => {
          seen.push(error)
          res.status(error.status).json({ sorry: error.code })
        }) satisfies ErrorRequestHandler)
      })
      const browser = await signedIn(site)
      site.store.failing = 'writes'
      const onCommit = await browser.post('/cart')
      site.store.failing = 'reads'
      const onOpen = await browser.get('/who')
      for (const { status, text, headers } of [onCommit, onOpen]) {
        assert.deepEqual([status, text], [503, '{"sorry":"store_unavailable"}'])
        assert.equal(headers.location, undefined)
      }
      assert.equal(onCommit.headers['x-kept'], 'yes')
      assert.ok(seen.every(error => error instanceof SessionError))
      assert.equal(seen.length, 2)
    })

    test('a sign-out that fails says so, and the session goes on', async () => {
      await using site = await openSite({ createApp }, addPages)
      const browser = await signedIn(site)
      site.store.failing = 'removals'
      const { status, setCookies } = await browser.post('/logout')
      assert.deepEqual([status, setCookies], [503, []])
      site.store.failing = null
      assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
    })
  })
}

suite('whenUnavailable: anonymous', () => {
  test('shows pages to nobody in particular, and leaves the cookie alone', async () => {
    await using site = await openSite({ whenUnavailable: 'anonymous' }, addPages)
    const browser = await signedIn(site)
    site.store.failing = 'reads'
    const { status, text, setCookies } = await browser.get('/who')
    assert.deepEqual([status, text, setCookies], [200, '{"user":null,"cart":[]}', []])
    site.store.failing = null
    assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
  })

  test('stores nothing, and signs nobody in', async () => {
    await using site = await openSite({ whenUnavailable: 'anonymous' }, app => {
      addPages(app)
      app.use(answerError)
    })
    const browser = await signedIn(site)
    site.store.failing = 'reads'
    for (const path of ['/cart', '/login']) {
      const { status, text, setCookies } = await browser.post(path)
      assert.deepEqual([status, text, setCookies], [503, '{"code":"store_unavailable"}', []], path)
    }
    site.store.failing = null
    assert.equal(site.store.writes, 1)
    assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
  })
})

suite('what an app does wrong', () => {
  const mistakes: Record<string, { spoil: (session: object) => void; code: string }> = {
    'stores a function': { spoil: session => Object.assign(session, { call: () => 1 }), code: 'not_json' },
    'stores a BigInt': { spoil: session => Object.assign(session, { big: 1n }), code: 'not_json' },
    'stores too much': {
      spoil: session => Object.assign(session, { text: 'x'.repeat(70_000) }),
      code: 'data_too_large',
    },
  }
  for (const [mistake, { spoil, code }] of Object.entries(mistakes)) {
    test(`${mistake}: 500, ${code}, and the session is as it was`, async () => {
      await using site = await openSite({}, app => {
        addPages(app)
        app.post('/spoil', (req, res) => {
          Object.assign(req.session, { cart: ['bad'] })
          spoil(req.session)
          res.send('fine')
        })
        app.use(answerError)
      })
      const browser = await signedIn(site)
      const { status, text } = await browser.post('/spoil')
      assert.deepEqual([status, text], [500, JSON.stringify({ code })])
      assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
    })
  }

  for (const replacement of [null, {}, undefined]) {
    test(`req.session = ${JSON.stringify(replacement)}: 500, session_replaced, and the session goes on`, async () => {
      await using site = await openSite({}, app => {
        addPages(app)
        app.post('/replace', (req, res) => {
          Object.assign(req, { session: replacement })
          res.send('fine')
        })
        app.use(answerError)
      })
      const browser = await signedIn(site)
      const { status, text, setCookies } = await browser.post('/replace')
      assert.deepEqual([status, text, setCookies], [500, '{"code":"session_replaced"}', []])
      assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
    })
  }

  test('throws: the error page is sent, with what was stored before', async () => {
    await using site = await openSite({}, app => {
      addPages(app)
      app.post('/throw', req => {
        Object.assign(req.session, { cart: ['tea'] })
        throw Object.assign(new Error('no more tea'), { status: 418, code: 'no_tea' })
      })
      app.use(answerError)
    })
    const browser = new Browser(site)
    const { status, text } = await browser.post('/throw')
    assert.deepEqual([status, text], [418, '{"code":"no_tea"}'])
    assert.equal((await browser.get('/who')).text, '{"user":null,"cart":["tea"]}')
  })
})

test('where several are mounted, the first serves', async () => {
  await using site = await openSite({}, app => {
    app.use(sessions({ strategy: otherStrategy(), cookie: { name: 'second' } }))
    addPages(app)
  })
  const browser = await signedIn(site)
  assert.deepEqual([...browser.cookies.keys()], ['session'])
  assert.equal((await browser.get('/who')).text, '{"user":"ada","cart":[]}')
})

suite('options that cannot work are refused at construction', () => {
  const impossible: Record<string, Partial<ExpressSessionsOptions>> = {
    'idleMs of 0': { idleMs: 0 },
    'idleMs below 0': { idleMs: -1 },
    'idleMs without end': { idleMs: Number.POSITIVE_INFINITY },
    'idleMs that is no number': { idleMs: Number.NaN },
    'deadlineMs of 0': { deadlineMs: 0 },
    'deadlineMs below idleMs': { idleMs: 2000, deadlineMs: 1000 },
    'touchMs of idleMs': { idleMs: 1000, touchMs: 1000 },
    'touchMs below 0': { touchMs: -1 },
    'maxDataBytes of 0': { maxDataBytes: 0 },
    'a cookie that browsers drop': { cookie: { sameSite: 'none' } },
    'a trusted origin that is none': { csrf: { trustedOrigins: ['example.com'] } },
  }
  for (const [name, options] of Object.entries(impossible)) {
    test(name, () => {
      assert.throws(() => sessions({ strategy: otherStrategy(), ...options }), {
        name: 'SessionError',
        code: 'invalid_option',
      })
    })
  }
})
