import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import { createStoredStrategy } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import compression from 'compression'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { Browser } from './browser.fixture.ts'
import { createCookieSlot } from './cookie-slot.ts'
import { createCrossSiteCheck } from './cross-site.ts'
import { sessions } from './sessions.ts'
import { answerError, openSite } from './site.fixture.ts'

/** What each of these gives without sessions, it must give with a session that is saved meanwhile. */
const misuses: Record<string, { handler: RequestHandler; status: number; body: RegExp; options?: object }> = {
  'a status that is none': {
    handler: (_req, res) => void res.writeHead(99_999).end('x'),
    status: 500,
    body: /Invalid status code/,
  },
  'an end that takes no number': {
    handler: (_req, res) => void res.end(123),
    status: 500,
    body: /"chunk"|&quot;chunk/,
  },
  'a second answer': {
    handler(_req, res) {
      res.json({ first: true })
      res.status(400).json({ second: 'which is longer' })
    },
    status: 200,
    body: /^\{"first":true\}$/,
  },
  'a second answer where none was sent yet': {
    handler(_req, res) {
      res.json({ first: true })
      if (!res.headersSent) res.status(404).send('not found')
    },
    status: 200,
    body: /^\{"first":true\}$/,
  },
  'a throw after the answer': {
    handler(_req, res) {
      res.json({ first: true })
      throw new Error('too late to matter')
    },
    status: 200,
    body: /^\{"first":true\}$/,
  },
}

suite('what a handler does wrong stays its own problem, though the answer is held', () => {
  for (const [misuse, { handler, status, body }] of Object.entries(misuses)) {
    test(misuse, async t => {
      const crashes: unknown[] = []
      const note = (error: unknown) => void crashes.push(error)
      process.on('uncaughtException', note)
      t.after(() => process.off('uncaughtException', note))
      await using site = await openSite({}, app => {
        app.get('/ping', (_req, res) => void res.send('pong'))
        app.get('/', (req, res, next) => {
          Object.assign(req.session, { seen: true })
          return handler(req, res, next)
        })
      })
      site.store.gate.shut()
      // Cut off is as good as whole; another answer, or a mixture, is not.
      const reply = new Browser(site).send('GET', '/').reply.catch(() => null)
      await eventually(() => site.store.gate.waiting === 1, 'the save')
      await new Browser(site).get('/ping')
      site.store.gate.open()
      const answer = await reply
      assert.deepEqual(crashes, [])
      if (answer === null) return
      assert.equal(answer.status, status)
      assert.match(answer.text, body)
      assert.ok(answer.complete)
    })
  }

  test('compression after sessions, with a client that takes none, and several writes', async t => {
    const crashes: unknown[] = []
    const note = (error: unknown) => void crashes.push(error)
    process.on('uncaughtException', note)
    t.after(() => process.off('uncaughtException', note))
    await using site = await openSite({}, app => {
      app.use(compression())
      app.get('/', (req, res) => {
        Object.assign(req.session, { seen: true })
        res.type('text').write('one ')
        res.write('two ')
        res.end('three')
      })
    })
    const { text, complete } = await new Browser(site).get('/')
    assert.deepEqual(crashes, [])
    assert.deepEqual([text, complete], ['one two three', true])
  })
})

suite('an error page', () => {
  const addFailing = (page: string) => (app: Express) => {
    app.get('/save', async (req, res) => {
      Object.assign(req.session, { seen: true })
      await req.session.save()
      res.send('fine')
    })
    app.get('/', (req, res) => {
      Object.assign(req.session, { seen: true })
      res.send('fine')
    })
    app.use(((error, _req, res, _next) => {
      res.status(error.status ?? 500).send(page)
    }) satisfies ErrorRequestHandler)
  }

  test('of any size is sent whole, and the connection kept', async () => {
    await using site = await openSite({}, app => {
      app.get('/', (req, res) => {
        Object.assign(req.session, { seen: true })
        res.send('fine')
      })
      app.use(
        ((error, _req, res, _next) =>
          void res.status(error.status).send('x'.repeat(5_000_000))) satisfies ErrorRequestHandler,
      )
    })
    site.store.failing = 'writes'
    const { status, complete, body } = await new Browser(site).get('/')
    assert.deepEqual([status, complete, body.length], [503, true, 5_000_000])
  })

  test('is asked for once, however much was held, and has a status line of its own', async () => {
    let asked = 0
    await using site = await openSite({}, app => {
      app.get('/', (req, res) => {
        Object.assign(req.session, { seen: true })
        res.statusMessage = 'Wonderful'
        res.write('one')
        Object.assign(req.session, { big: 10n })
        res.write('two')
        res.end('three')
      })
      app.use(((_error, _req, res, _next) => {
        asked++
        res.send('our page')
      }) satisfies ErrorRequestHandler)
      app.use(((_error, _req, _res, _next) => {
        asked++ // where a second error of one request goes
      }) satisfies ErrorRequestHandler)
    })
    const { status, text, statusMessage } = await new Browser(site).get('/')
    assert.deepEqual([asked, status, text, statusMessage], [1, 500, 'our page', 'Internal Server Error'])
  })

  test('of the app’s own is what is sent after an explicit save failed, with its status', async () => {
    await using site = await openSite({}, addFailing('our page'))
    site.store.failing = 'writes'
    const { status, text } = await new Browser(site).get('/save')
    assert.deepEqual([status, text], [503, 'our page'])
  })
})

suite('a handler’s own cookies, from an array given to writeHead', () => {
  const heads = {
    'each with its name': ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
    'all under one name': ['Set-Cookie', ['a=1', 'b=2']],
  }
  for (const [form, head] of Object.entries(heads)) {
    test(form, async () => {
      await using site = await openSite({}, app => {
        app.get('/', (_req, res) => void res.writeHead(200, head as string[]).end())
      })
      assert.deepEqual((await new Browser(site).get('/')).setCookies, ['a=1', 'b=2'])
    })
  }
})

test('a sign-out after the first byte ends the session; the answer ends as it should, or the error has a code', async () => {
  const errors: { code?: string }[] = []
  await using site = await openSite({}, app => {
    app.get('/', async (req, res) => {
      Object.assign(req.session, { seen: true })
      await req.session.save()
      res.write('one ')
      await new Promise(resolve => setImmediate(resolve))
      req.session.signOut()
      res.end('two')
    })
    app.use(((error, _req, _res, next) => {
      errors.push(error)
      next(error)
    }) satisfies ErrorRequestHandler)
  })
  await new Browser(site).get('/').catch(() => {})
  assert.deepEqual(
    errors.filter(({ code }) => code !== 'too_late').map(({ code }) => code),
    [],
  )
})

suite('whenUnavailable: anonymous', () => {
  test('signing out is a 503', async () => {
    await using site = await openSite({ whenUnavailable: 'anonymous' }, app => {
      app.post('/logout', (req, res) => {
        req.session.signOut()
        res.send('bye')
      })
      app.get('/', (req, res) => {
        req.session.signIn('ada')
        res.send('welcome')
      })
    })
    const browser = new Browser(site)
    await browser.get('/')
    site.store.failing = 'reads'
    assert.equal((await browser.post('/logout')).status, 503)
  })

  for (const method of ['regenerate', 'destroy'] as const) {
    test(`${method} calls back with the error`, async () => {
      await using site = await openSite({ whenUnavailable: 'anonymous' }, app => {
        app.get('/login', (req, res) => {
          req.session.signIn('ada')
          res.send('welcome')
        })
        app.get('/', (req, res) => {
          try {
            req.session[method](error => void res.send((error as { code?: string })?.code))
          } catch {
            res.send('thrown')
          }
        })
      })
      const browser = new Browser(site)
      await browser.get('/login')
      site.store.failing = 'reads'
      assert.equal((await browser.get('/')).text, 'store_unavailable')
    })
  }
})

test('secure: true on http stores nothing', async () => {
  await using site = await openSite({ cookie: { secure: true } }, app => {
    app.get('/', (req, res) => {
      Object.assign(req.session, { seen: true })
      res.send('fine')
    })
    app.use(answerError)
  })
  assert.equal((await new Browser(site).get('/')).status, 500)
  assert.equal(site.store.records.size, 0)
})

suite('also impossible', () => {
  for (const options of [{ sameSite: 'Lax' }, { sameSite: true }, { path: '/日本' }, { secure: 'true' }]) {
    test(JSON.stringify(options), () => {
      assert.throws(() => createCookieSlot(options as never), { code: 'invalid_option' })
    })
  }
  test('a strategy that binds its credentials to a second one', () => {
    const strategy = createStoredStrategy({ store: createMemoryStore(), keys: ['x'.repeat(32)] })
    const binding = { ...strategy, traits: { ...strategy.traits, binds: true } }
    assert.throws(() => sessions({ strategy: binding }), { code: 'invalid_option' })
  })
  test('a wildcard origin', () => {
    assert.throws(() => createCrossSiteCheck({ trustedOrigins: ['https://*.example'] }), {
      code: 'invalid_option',
    })
  })
})
