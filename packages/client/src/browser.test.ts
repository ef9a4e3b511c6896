import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { launchChromium } from '@sojourn/testbed'
import { build } from 'esbuild'
import type { Client } from './index.ts'
import { openSite, type SiteOptions } from './site.fixture.ts'

declare global {
  var client: Client
}

const html = `<!doctype html><title>Shop</title><script type="module">
  import { createClient } from '/client.js'
  globalThis.client = createClient({ url: location.origin.replace('http', 'ws') })
  const note = ({ name, why }) => { sessionStorage.states = (sessionStorage.states ?? '') + (why ?? name) + ' ' }
  client.onState(note)
</script>`

/** A real server with one page, and a real browser. */
async function openShop(options: SiteOptions = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser' },
  })
  const site = await openSite({ messagesPerSecond: 1000, ...options })
  site.server.removeAllListeners('request')
  site.server.on('request', ({ url }: IncomingMessage, res: ServerResponse) => {
    res.setHeader('Content-Type', url === '/client.js' ? 'text/javascript' : 'text/html')
    res.end(url === '/client.js' ? outputFiles[0]?.text : html)
  })
  const browser = await launchChromium()
  const context = await browser.newContext()
  return {
    ...{ site, context },
    async openTab() {
      const tab = await context.newPage()
      await tab.goto(site.url.replace('ws', 'http'))
      await tab.waitForFunction(() => globalThis.client !== undefined)
      return tab
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await site[Symbol.asyncDispose]()
    },
  }
}

suite('in a browser', () => {
  test('two tabs share one key, whatever is loaded again and again', async () => {
    await using shop = await openShop()
    const tabs = [await shop.openTab(), await shop.openTab()] as const
    const [one, two] = tabs
    await one.evaluate(() => client.ready)
    await two.evaluate(() => client.ready)
    await one.evaluate(() => client.ask('sign-in', 'alice'))
    await two.waitForFunction(() => client.state.name === 'active')
    const reload = async (tab: typeof one) => {
      for (let n = 0; n < 20; n++) {
        await tab.reload({ waitUntil: 'commit' })
        await setTimeout(Math.random() * 60) // Breaks off at any point of a presentation.
      }
    }
    await Promise.all(tabs.map(reload))
    for (const tab of tabs) {
      await tab.waitForFunction(() => globalThis.client?.state.name === 'active')
      assert.equal(await tab.evaluate(() => client.ask('who')), 'alice')
      const states = await tab.evaluate(() => `${sessionStorage.states}`)
      assert.doesNotMatch(states, /reuse|revoked|expired/)
    }
    const item = await one.evaluate(() => JSON.parse(localStorage['sojourn:default']))
    assert.ok(item.version > 10, `${item.version} saves`)
    assert.deepEqual(shop.site.reused, [])
  })

  test('a tab signs in and out for all', async () => {
    await using shop = await openShop()
    const one = await shop.openTab()
    const two = await shop.openTab()
    await one.evaluate(() => client.ready)
    await two.evaluate(() => client.ready)
    await two.evaluate(() => client.ask('sign-in', 'bob'))
    await one.waitForFunction(() => client.state.name === 'active')
    await one.evaluate(() => client.ask('sign-out'))
    await two.waitForFunction(() => client.state.name === 'anonymous')
    assert.equal(await two.evaluate(() => localStorage['sojourn:default'] ?? null), null)
  })

  test('works where localStorage throws', async () => {
    await using shop = await openShop()
    await shop.context.addInitScript(() => {
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('private', 'SecurityError')
        },
      })
    })
    const tab = await shop.openTab()
    await tab.evaluate(() => client.ask('sign-in', 'carol'))
    assert.deepEqual(await tab.evaluate(() => client.renew()), { name: 'active', userId: 'carol' })
  })
})
