import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { eventually } from '@sojourn/conformance'
import compression from 'compression'
import type { Express } from 'express'
import { Browser } from './browser.fixture.ts'
import { expressVersions } from './express-versions.fixture.ts'
import { openSite, type SiteOptions } from './site.fixture.ts'

const text = 'the same again and again. '.repeat(10_000)

const addPages = (app: Express) => {
  app.use((req, _res, next) => {
    if (req.query.put !== undefined) Object.assign(req.session, { seen: true })
    next()
  })
  app.get('/send', (_req, res) => {
    res.type('text').send(text)
  })
  app.get('/end', (_req, res) => {
    res.setHeader('Content-Type', 'text/plain')
    res.end(text)
  })
  app.get('/seen', (req, res) => {
    const { seen = false } = req.session as { seen?: boolean }
    res.json(seen)
  })
}

const mount = (app: Express) => void app.use(compression())

const places: Record<string, { options: SiteOptions; addRoutes: (app: Express) => void }> = {
  'before sessions': { options: { before: mount }, addRoutes: addPages },
  'after sessions': {
    options: {},
    addRoutes(app) {
      mount(app)
      addPages(app)
    },
  },
}

for (const [version, createApp] of Object.entries(expressVersions)) {
  for (const [place, { options, addRoutes }] of Object.entries(places)) {
    suite(`compression ${place}, ${version}`, () => {
      for (const path of ['/send', '/end']) {
        test(`${path}: content intact, and saved before it comes`, async () => {
          await using site = await openSite({ ...options, createApp }, addRoutes)
          const browser = new Browser(site)
          site.store.gate.shut()
          const sent = browser.send('GET', `${path}?put`, { 'Accept-Encoding': 'gzip' })
          await eventually(() => site.store.gate.waiting === 1, 'the save')
          assert.equal((await new Browser(site).get('/seen')).text, 'false')
          assert.equal(sent.begun, false)
          site.store.gate.open()
          const { headers, body, setCookies } = await sent.reply
          assert.equal(headers['content-encoding'], 'gzip')
          assert.ok(gunzipSync(body).equals(Buffer.from(text)))
          assert.equal(setCookies.length, 1)
          assert.equal((await browser.get('/seen')).text, 'true')
        })

        test(`${path}: content intact where nothing is saved, or nothing compressed`, async () => {
          await using site = await openSite({ ...options, createApp }, addRoutes)
          const gzipped = await new Browser(site).get(path, { 'Accept-Encoding': 'gzip' })
          assert.ok(gunzipSync(gzipped.body).equals(Buffer.from(text)))
          const plain = await new Browser(site).get(`${path}?put`)
          assert.equal(plain.headers['content-encoding'], undefined)
          assert.equal(plain.text, text)
        })
      }
    })
  }
}
