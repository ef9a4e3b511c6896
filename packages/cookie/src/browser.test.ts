import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { type SessionsHandler, sessions } from '@sojourn/express'
import { type Browser, launchChromium } from '@sojourn/testbed'
import express, { type ErrorRequestHandler } from 'express'
import { createCookieStrategy } from './index.ts'

const keys = ['the secret of these tests, of more than 32 bytes']

/** A page that stores as much text as it is asked for, and one that says how much there is. */
function createApp(): express.Express {
  const app = express()
  app.set('env', 'test') // Otherwise Express logs each error.
  const session: SessionsHandler<{ text: string }> = sessions({ strategy: createCookieStrategy({ keys }) })
  app.use(session)
  app.get('/store/:length', (req, res) => {
    session.of(req).text = 'x'.repeat(Number(req.params.length))
    res.send('stored')
  })
  app.get('/length', (req, res) => {
    res.send(String(session.of(req).text?.length ?? 0))
  })
  app.get('/end', (req, res) => {
    req.session.signOut()
    res.send('ended')
  })
  const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
    res.status(error.status).send(error.message)
  }
  app.use(answerError)
  return app
}

/** A window of its own on a server of its own. */
async function openWindow(browser: Browser) {
  const server = createApp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const context = await browser.newContext()
  const page = await context.newPage()
  return {
    async visit(path: string) {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
      return page.innerText('body')
    },
    /** As a script of the page that is open. */
    ask: (path: string) => page.evaluate(`fetch('${path}').then(answer => answer.text())`),
    cookieNames: async () => (await context.cookies()).map(({ name }) => name).sort(),
    async [Symbol.asyncDispose]() {
      await context.close()
      server.close()
    },
  }
}

suite('A session that outgrows a cookie, in Chromium', () => {
  let browser: Browser
  before(async () => {
    browser = await launchChromium()
  })
  after(() => browser?.close())

  test('grows and shrinks, is there after each step, and leaves no part over', async () => {
    await using window = await openWindow(browser)
    const { visit, cookieNames } = window
    const two = ['session.0', 'session.1']
    const steps: [length: number, names: string[]][] = [
      [10, ['session']],
      [5000, two],
      [100, ['session']],
      [2800, ['session']],
      [3000, two],
      [5200, two],
    ]
    for (const [length, expected] of steps) {
      await visit(`/store/${length}`)
      assert.equal(await visit('/length'), `${length}`)
      assert.deepEqual(await cookieNames(), expected, `${length} bytes`)
    }

    const refusal = await visit('/store/6000')
    assert.match(refusal, /^The session would take \d+ bytes of cookies, .* The biggest key is "text"/)
    assert.equal(await visit('/length'), '5200', 'what was stored before is lost')

    await visit('/end')
    assert.deepEqual(await cookieNames(), [])
  })

  test('is kept to the last byte at the limit of a cookie', async () => {
    await using window = await openWindow(browser)
    const { visit, ask, cookieNames } = window
    const counts = new Set<number>()
    await visit('/length')
    for (let length = 2900; length <= 2990; length++) {
      await ask(`/store/${length}`)
      assert.equal(await ask('/length'), `${length}`)
      counts.add((await cookieNames()).length)
    }
    assert.deepEqual([...counts], [1, 2])
  })
})
