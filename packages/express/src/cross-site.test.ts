import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ErrorRequestHandler, Express } from 'express'
import { Browser } from './browser.fixture.ts'
import { createCrossSiteCheck } from './cross-site.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { answerError, openSite, type SiteOptions } from './site.fixture.ts'

const own = 'http://shop.example'
const evil = 'https://evil.example'
const admin = 'https://admin.example'

const addPages = (app: Express) => {
  app.all(['/', '/saml'], (req, res) => {
    Object.assign(req.session, { reached: true })
    res.send('done')
  })
  app.use(answerError)
}

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly site?: string
  readonly origin?: string
  readonly forwardedHost?: string
}

async function statusOf(
  browser: Browser,
  { method = 'POST', path = '/', site, origin, forwardedHost }: Sent,
) {
  const headers = {
    Host: 'shop.example',
    ...(site && { 'Sec-Fetch-Site': site }),
    ...(origin && { Origin: origin }),
    ...(forwardedHost && { 'X-Forwarded-Host': forwardedHost }),
  }
  return (await browser.send(method, path, headers).reply).status
}

/** Each row with the status that it must get. */
const tables: Record<string, { options: SiteOptions; rows: [Sent, 200 | 403][] }> = {
  'by default': {
    options: {},
    rows: [
      // Sec-Fetch-Site decides, where there is one.
      [{ site: 'same-origin' }, 200],
      [{ site: 'same-origin', origin: own }, 200],
      [{ site: 'same-origin', origin: 'null' }, 200],
      [{ site: 'none' }, 200],
      [{ site: 'same-site', origin: 'http://blog.shop.example' }, 403],
      [{ site: 'cross-site', origin: evil }, 403],
      [{ site: 'cross-site' }, 403],
      [{ site: 'cross-site', origin: own }, 403],
      [{ site: 'something new' }, 403],
      // Origin decides, where there is no other.
      [{ origin: own }, 200],
      [{ origin: 'http://shop.example:8080' }, 403],
      [{ origin: 'http://blog.shop.example' }, 403],
      [{ origin: 'http://shop.example.evil.example' }, 403],
      [{ origin: evil }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: 'shop.example' }, 403],
      // No browser sends neither.
      [{}, 200],
      ...['PUT', 'PATCH', 'DELETE', 'PROPFIND'].flatMap((method): [Sent, 200 | 403][] => [
        [{ method, site: 'cross-site', origin: evil }, 403],
        [{ method, origin: evil }, 403],
        [{ method, site: 'same-origin', origin: own }, 200],
        [{ method }, 200],
      ]),
      ...['GET', 'HEAD', 'OPTIONS'].flatMap((method): [Sent, 200 | 403][] => [
        [{ method, site: 'cross-site', origin: evil }, 200],
        [{ method, origin: 'null' }, 200],
      ]),
      // Nobody vouches for this header.
      [{ origin: evil, forwardedHost: 'evil.example' }, 403],
      [{ origin: own, forwardedHost: 'elsewhere.example' }, 200],
    ],
  },
  'behind a trusted proxy': {
    options: { before: app => void app.set('trust proxy', 'loopback') },
    rows: [
      [{ origin: 'https://public.example', forwardedHost: 'public.example' }, 200],
      [{ origin: 'https://public.example', forwardedHost: 'public.example, inner.example' }, 200],
      [{ origin: 'https://public.example:8443', forwardedHost: 'public.example:8443' }, 200],
      [{ origin: 'https://public.example:8443', forwardedHost: 'public.example' }, 403],
      [{ origin: own, forwardedHost: 'public.example' }, 403],
      [{ origin: own }, 200],
      [{ site: 'cross-site', origin: 'https://public.example', forwardedHost: 'public.example' }, 403],
    ],
  },
  'behind a proxy that is not the trusted one': {
    options: { before: app => void app.set('trust proxy', '192.0.2.1') },
    rows: [[{ origin: evil, forwardedHost: 'evil.example' }, 403]],
  },
  'with a trusted origin': {
    options: { csrf: { trustedOrigins: [admin] } },
    rows: [
      [{ site: 'cross-site', origin: admin }, 200],
      [{ origin: admin }, 200],
      [{ origin: 'http://admin.example' }, 403],
      [{ origin: 'https://admin.example.evil.example' }, 403],
      [{ site: 'cross-site', origin: evil }, 403],
    ],
  },
  'with an exempt path': {
    options: { csrf: { exempt: req => req.originalUrl === '/saml' } },
    rows: [
      [{ path: '/saml', site: 'cross-site', origin: evil }, 200],
      [{ path: '/saml', origin: 'null' }, 200],
      [{ path: '/', site: 'cross-site', origin: evil }, 403],
    ],
  },
  'with csrf: false': {
    options: { csrf: false },
    rows: [
      [{ site: 'cross-site', origin: evil }, 200],
      [{ origin: 'null' }, 200],
    ],
  },
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  suite(`requests that pages of other sites send, ${version}`, () => {
    for (const [name, { options, rows }] of Object.entries(tables)) {
      test(name, async () => {
        await using site = await openSite({ ...options, createApp }, addPages)
        for (const [sent, status] of rows) {
          assert.equal(await statusOf(new Browser(site), sent), status, JSON.stringify(sent))
        }
      })
    }
  })
}

test('a refused request reaches neither the handler nor the store, and the error says what to do', async () => {
  const errors: Error[] = []
  await using site = await openSite({}, app => {
    app.all('/', (req, res) => {
      Object.assign(req.session, { reached: true })
      res.send('done')
    })
    app.use(((error, _req, res, _next) => {
      errors.push(error)
      res.send('refused')
    }) satisfies ErrorRequestHandler)
  })
  const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: evil }
  const { text } = await new Browser(site).post('/?pay=1', headers)
  assert.equal(text, 'refused')
  assert.equal(site.store.records.size, 0)
  assert.match(
    errors[0]?.message ?? '',
    /POST \/\?pay=1 .* https:\/\/evil\.example: add its origin to csrf\.trustedOrigins/,
  )
})

test('an origin that is none is refused at construction', () => {
  const wrong = ['admin.example', 'https://admin.example/', 'https://admin.example/app', 'null', '*']
  for (const origin of wrong) {
    assert.throws(
      () => createCrossSiteCheck({ trustedOrigins: [admin, origin] }),
      { code: 'invalid_option' },
      origin,
    )
  }
})
