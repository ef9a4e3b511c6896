import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import type { Session } from '@sojourn/core'
import type { Express } from 'express'
import { Browser } from './browser.fixture.ts'
import { type CookieOptions, createCookieSlot } from './cookie-slot.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { answerError, openSite } from './site.fixture.ts'

const hourMs = 3_600_000
const viaHttps = { 'X-Forwarded-Proto': 'https' }
const behindProxy = (app: Express) => void app.set('trust proxy', 'loopback')

/** A page that shows a counter, another that stops counting; the rest is about the cookie around it. */
function addCounter(app: Express): void {
  app.get('/count', (req, res) => {
    const session = req.session as Session<{ views: number }>
    session.views = (session.views ?? 0) + 1
    res.send(String(session.views))
  })
  app.get('/stop', (req, res) => {
    req.session.signOut()
    res.send('stopped')
  })
  app.get('/about', (_req, res) => {
    res.send('about')
  })
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`the session cookie, ${version}`, () => {
    test('on http: plain name, whole site, no script, not from other sites, until the deadline', async () => {
      await using site = await openSite({ createApp, deadlineMs: 5 * hourMs }, addCounter)
      const browser = new Browser(site)
      const { setCookies } = await browser.get('/count')
      const credential = browser.cookies.get('session')
      assert.deepEqual(setCookies, [`session=${credential}; Path=/; Max-Age=18000; HttpOnly; SameSite=Lax`])
      assert.equal((await browser.get('/count')).text, '2')
    })

    test('behind a trusted proxy that ends TLS: __Host- and Secure', async () => {
      await using site = await openSite({ createApp, before: behindProxy }, addCounter)
      const browser = new Browser(site)
      const { setCookies } = await browser.get('/count', viaHttps)
      const credential = browser.cookies.get('__Host-session')
      assert.deepEqual(setCookies, [
        `__Host-session=${credential}; Path=/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax`,
      ])
      assert.equal((await browser.get('/count', viaHttps)).text, '2')
      assert.equal((await browser.get('/count')).text, '1', 'a Secure cookie is not read on http')
    })
  })
}

suite('the session cookie', () => {
  test('on https: __Host- and Secure', async () => {
    await using site = await openSite({ server: https.createServer(createSelfSigned()) }, addCounter)
    const browser = new Browser(site)
    const { setCookies } = await browser.get('/count')
    assert.match(
      setCookies.join(),
      /^__Host-session=[^;]+; Path=\/; Max-Age=86400; HttpOnly; Secure; SameSite=Lax$/,
    )
    assert.equal((await browser.get('/count')).text, '2')
  })

  for (const cookie of [{ domain: 'example.com' }, { path: '/count' }]) {
    test(`with a ${Object.keys(cookie)}: __Secure- on https, and sign-out removes that very cookie`, async () => {
      await using site = await openSite({ before: behindProxy, cookie }, addCounter)
      const browser = new Browser(site)
      const attributes = cookie.path ? 'Path=/count' : 'Path=/; Domain=example.com'
      const [set] = (await browser.get('/count', viaHttps)).setCookies
      assert.equal(
        set?.replace(/=[^;]+/, ''),
        `__Secure-session; ${attributes}; Max-Age=86400; HttpOnly; Secure; SameSite=Lax`,
      )
      const [cleared] = (await browser.get('/stop', viaHttps)).setCookies
      assert.equal(cleared, `__Secure-session=; ${attributes}; Max-Age=0; HttpOnly; Secure; SameSite=Lax`)
    })
  }

  test('has the name, SameSite and Secure that were asked for', async () => {
    const cookie = { name: '__Host-id', sameSite: 'none', secure: true } as const
    await using site = await openSite({ before: behindProxy, cookie }, addCounter)
    const browser = new Browser(site)
    const [set] = (await browser.get('/count', viaHttps)).setCookies
    assert.match(set ?? '', /^__Host-id=.*; Secure; SameSite=None$/)
    assert.equal((await browser.get('/count', viaHttps)).text, '2')
  })

  test('secure: false keeps the plain name on https', async () => {
    const cookie = { secure: false, sameSite: 'strict' } as const
    await using site = await openSite({ before: behindProxy, cookie }, addCounter)
    const [set] = (await new Browser(site).get('/count', viaHttps)).setCookies
    assert.match(set ?? '', /^session=[^;]+; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/)
  })

  test('secure: true on http is an error, and sets no cookie', async () => {
    await using site = await openSite({ cookie: { secure: true } }, app => {
      addCounter(app)
      app.use(answerError)
    })
    const browser = new Browser(site)
    assert.equal((await browser.get('/about')).status, 200)
    const { status, text, setCookies } = await browser.get('/count')
    assert.deepEqual([status, text, setCookies], [500, '{"code":"insecure_connection"}', []])
  })

  test('persistent: false ends with the browser, and is still removed at sign-out', async () => {
    await using site = await openSite({ cookie: { persistent: false } }, addCounter)
    const browser = new Browser(site)
    const [set] = (await browser.get('/count')).setCookies
    assert.match(set ?? '', /^session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
    const [cleared] = (await browser.get('/stop')).setCookies
    assert.equal(cleared, 'session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax')
  })

  test('lives no longer than browsers allow', async () => {
    await using site = await openSite({ deadlineMs: 1000 * 24 * hourMs }, addCounter)
    const [set] = (await new Browser(site).get('/count')).setCookies
    assert.match(set ?? '', new RegExp(`Max-Age=${400 * 86_400};`))
  })

  test('says once that a proxy is not trusted', async () => {
    await using site = await openSite({}, addCounter)
    const warnings: Error[] = []
    const collect = (warning: Error) => void warnings.push(warning)
    process.on('warning', collect)
    const { setCookies } = await new Browser(site).get('/count', viaHttps)
    await eventually(() => warnings.length > 0, 'the warning')
    await new Browser(site).get('/count', viaHttps)
    process.off('warning', collect)
    assert.match(setCookies[0] ?? '', /^session=/)
    assert.deepEqual(
      warnings.map(warning => (warning as NodeJS.ErrnoException).code),
      ['SOJOURN_UNTRUSTED_PROXY'],
    )
  })

  test('is found among others, and among stale ones of its name', async () => {
    await using site = await openSite({}, addCounter)
    const browser = new Browser(site)
    await browser.get('/count')
    const good = `session=${browser.cookies.get('session')}`
    const stale = 'session=stale.0.credential'
    const headers = [
      `${stale}; ${good}`,
      `${good}; ${stale}`,
      `theme=dark;session2=x; ${stale};${good} ; xsession=y; session`,
    ]
    for (const [index, cookie] of headers.entries()) {
      assert.equal((await new Browser(site).get('/count', { cookie })).text, String(index + 2), cookie)
    }
  })
})

suite('caches', () => {
  const addPublicPages = (app: Express) => {
    app.use((_req, res, next) => {
      res.setHeader('Cache-Control', 'public, max-age=60')
      next()
    })
    addCounter(app)
  }

  test('keep no answer that carries a credential or takes one away', async () => {
    await using site = await openSite({}, addPublicPages)
    const browser = new Browser(site)
    assert.equal((await browser.get('/count')).headers['cache-control'], 'no-store')
    assert.equal((await browser.get('/stop')).headers['cache-control'], 'no-store')
  })

  test('keep all others as the handler says', async () => {
    await using site = await openSite({}, addPublicPages)
    const browser = new Browser(site)
    assert.equal((await browser.get('/about')).headers['cache-control'], 'public, max-age=60')
    await browser.get('/count')
    assert.equal((await browser.get('/count')).headers['cache-control'], 'public, max-age=60')
  })
})

suite('a handler’s own cookies', () => {
  const ways: Record<string, (app: Express) => void> = {
    'res.cookie': app => app.get('/count', (_req, res) => void res.cookie('theme', 'dark').send()),
    'an object given to writeHead': app =>
      app.get('/count', (_req, res) => void res.writeHead(200, { 'Set-Cookie': 'theme=dark; Path=/' }).end()),
    'an object with several, given to writeHead with a message': app =>
      app.get(
        '/count',
        (_req, res) =>
          void res.writeHead(200, 'Fine', { 'set-cookie': ['theme=dark; Path=/', 'lang=en'] }).end(),
      ),
    'an array given to writeHead': app =>
      app.get('/count', (_req, res) => void res.writeHead(200, ['Set-Cookie', 'theme=dark; Path=/']).end()),
  }

  for (const [way, addRoute] of Object.entries(ways)) {
    test(`survive beside ours: ${way}`, async () => {
      await using site = await openSite({}, app => {
        app.use((req, _res, next) => {
          Object.assign(req.session, { views: 1 })
          next()
        })
        addRoute(app)
      })
      const browser = new Browser(site)
      await browser.get('/count')
      assert.equal(browser.cookies.get('theme'), 'dark')
      assert.ok(browser.cookies.has('session'))
    })
  }
})

suite('impossible cookie options are refused at construction', () => {
  const impossible: [string, CookieOptions][] = [
    ['__Host- with a domain', { name: '__Host-id', secure: true, domain: 'example.com' }],
    ['__Host- with a path', { name: '__Host-id', secure: true, path: '/app' }],
    ['__Host- that may be sent on http', { name: '__Host-id' }],
    ['__host- in any case', { name: '__hOST-id', secure: false }],
    ['__Secure- that may be sent on http', { name: '__Secure-id' }],
    ['SameSite=None without Secure', { sameSite: 'none' }],
    ['SameSite=None without Secure, said out loud', { sameSite: 'none', secure: false }],
    ['no name', { name: '' }],
    ['a name with a space', { name: 'my session' }],
    ['a name with =', { name: 'a=b' }],
    ['a name with ;', { name: 'a;b' }],
    ['a name that is not ASCII', { name: 'größe' }],
    ['a path without /', { path: 'app' }],
    ['a path with ;', { path: '/; Domain=evil.example' }],
    ['a path with a line break', { path: '/\r\nX: y' }],
    ['a domain with ;', { domain: 'example.com; Path=/' }],
    ['a domain with a port', { domain: 'example.com:443' }],
    ['a domain that is a URL', { domain: 'https://example.com' }],
    ['an empty domain', { domain: '' }],
  ]
  for (const [name, options] of impossible) {
    test(name, () => {
      assert.throws(() => createCookieSlot(options), { name: 'SessionError', code: 'invalid_option' })
    })
  }

  test('and all others are not', () => {
    const possible: CookieOptions[] = [
      {},
      { name: '__Host-id', secure: true },
      { name: '__Secure-id', secure: true, domain: 'example.com', path: '/app' },
      { name: "!#$%&'*+-.^_`|~9", domain: '.example.com' },
      { sameSite: 'none', secure: true },
      { domain: 'localhost', path: '/a b' },
    ]
    for (const options of possible) createCookieSlot(options)
  })
})

function createSelfSigned(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1'
    execFileSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert], { stdio: 'pipe' })
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
