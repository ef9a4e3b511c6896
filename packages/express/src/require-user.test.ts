import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import express, { type Express } from 'express'
import { Browser } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { localPath, type RequireUserOptions, requireUser } from './require-user.ts'
import { serve } from './serve.fixture.ts'
import { openSite } from './site.fixture.ts'

const page = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const api = { Accept: 'application/json' }

const addAccount = (options?: RequireUserOptions) => (app: Express) => {
  app.post('/login', (req, res) => {
    req.session.signIn('ada')
    res.send('welcome')
  })
  app.all(['/account', '/account/orders'], requireUser(options), (req, res) => {
    res.send(`account of ${req.session.userId}`)
  })
  app.get('/public', requireUser(options), (_req, res) => {
    res.set('Cache-Control', 'public, max-age=60').send('cached')
  })
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`requireUser, ${version}`, () => {
    test('sends a page’s visitor to sign in and come back', async () => {
      await using site = await openSite({ createApp }, addAccount())
      const browser = new Browser(site)
      const { status, headers } = await browser.get('/account/orders?page=2&sort=a%20b', page)
      assert.equal(status, 303)
      assert.equal(headers['cache-control'], 'no-store')
      const location = new URL(headers.location ?? '', site.url)
      assert.equal(location.pathname, '/login')
      assert.deepEqual([...location.searchParams], [['next', '/account/orders?page=2&sort=a%20b']])
    })

    test('answers a program with 401', async () => {
      await using site = await openSite({ createApp }, addAccount())
      for (const headers of [api, {}, { Accept: '*/*' }, { Accept: 'image/png' }]) {
        const reply = await new Browser(site).get('/account', headers)
        assert.equal(reply.status, 401)
        assert.deepEqual(JSON.parse(reply.text), { error: 'sign_in_required' })
        assert.equal(reply.headers['content-type'], 'application/json')
        assert.equal(reply.headers['cache-control'], 'no-store')
      }
    })

    test('lets who has signed in pass, and nothing be cached unless the handler says so', async () => {
      await using site = await openSite({ createApp }, addAccount())
      const browser = new Browser(site)
      await browser.post('/login')
      const account = await browser.get('/account', page)
      assert.equal(account.text, 'account of ada')
      assert.equal(account.headers['cache-control'], 'no-store')
      const cached = await browser.get('/public', api)
      assert.equal(cached.headers['cache-control'], 'public, max-age=60')
    })

    test('does not send back to where only a GET leads', async () => {
      await using site = await openSite({ createApp }, addAccount())
      for (const method of ['POST', 'DELETE', 'HEAD']) {
        const { status, headers } = await new Browser(site).send(method, '/account', page).reply
        assert.deepEqual([status, headers.location], [303, '/login'], method)
      }
      const { status, text } = await new Browser(site).send('HEAD', '/account', api).reply
      assert.deepEqual([status, text], [401, ''])
    })
  })
}

suite('requireUser', () => {
  test('knows another login page, and where it is mounted', async () => {
    await using site = await openSite({}, app => {
      const inner = express()
      inner.get('/orders', requireUser({ loginPath: '/hello' }))
      app.use('/account', inner)
    })
    const { headers } = await new Browser(site).get('/account/orders', page)
    assert.equal(headers.location, '/hello?next=%2Faccount%2Forders')
  })

  test('says that it needs sessions', async () => {
    const errors: { code?: string; message: string }[] = []
    const app = express().set('env', 'test').use(requireUser())
    app.use(((error, _req, res, _next) => {
      errors.push(error)
      res.sendStatus(500)
    }) satisfies express.ErrorRequestHandler)
    await using server = await serve(app)
    const { status } = await new Browser(server).get('/')
    assert.equal(status, 500)
    assert.equal(errors[0]?.code, 'invalid_option')
    assert.match(errors[0]?.message ?? '', /sessions\(…\)/)
  })
})

suite('localPath', () => {
  const local = [
    '/',
    '/orders',
    '/orders?page=2#top',
    '/a//b',
    '/%2F%2Fevil.example',
    '/@evil.example',
    '/a:b',
    '/?next=//x',
  ]
  for (const path of local) {
    test(`keeps ${path}`, () => assert.equal(localPath(path, '/home'), path))
  }

  const foreign: unknown[] = [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\\evil.example',
    '\t//evil.example',
    ' //evil.example',
    'http://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'evil.example',
    'orders',
    '?next=/',
    '',
    undefined,
    null,
    ['/orders'],
    ['//evil.example'],
    { startsWith: () => true },
  ]
  for (const next of foreign) {
    test(`refuses ${JSON.stringify(next)}`, () => {
      assert.equal(localPath(next, '/home'), '/home')
      assert.equal(localPath(next), '/')
    })
  }
})

test('localPath refuses //localhost', () => assert.equal(localPath('//localhost/x'), '/'))
test('localPath refuses /\\localhost', () => assert.equal(localPath('/\\localhost/x'), '/'))

test('a login path may have a query', async () => {
  await using site = await openSite(
    {},
    app => void app.get('/', requireUser({ loginPath: '/login?lang=en' })),
  )
  const { headers } = await new Browser(site).get('/', { Accept: 'text/html' })
  assert.equal(headers.location, '/login?lang=en&next=%2F')
})
