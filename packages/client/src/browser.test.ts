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

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChromium>>['newPage']>>

/** A real server with one page, and a real browser. */
async function openShop(options: SiteOptions = {}) {
  const bundle = async (file: string) => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, file)],
      ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser' },
    })
    return outputFiles[0]?.text ?? ''
  }
  const scripts: Record<string, string> = {
    '/client.js': await bundle('index.ts'),
    '/local-storage.js': await bundle('local-storage.ts'),
  }
  const site = await openSite({ messagesPerSecond: 1000, ...options })
  site.server.removeAllListeners('request')
  site.server.on('request', ({ url = '' }: IncomingMessage, res: ServerResponse) => {
    res.setHeader('Content-Type', url in scripts ? 'text/javascript' : 'text/html')
    res.end(scripts[url] ?? html)
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

/** What is kept in the browser of the identity `default`, read as another script would. */
function stored(): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sojourn')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const reading = opening.result.transaction('items').objectStore('items').get('sojourn:default')
      reading.onsuccess = () => resolve(reading.result)
      reading.onerror = () => reject(reading.error)
    }
  })
}

async function versionIn(tab: Page): Promise<number> {
  return JSON.parse((await tab.evaluate(stored)) as string).version
}

suite('in a browser', () => {
  test('five tabs share one key, whatever is loaded again and again', async () => {
    await using shop = await openShop()
    const one = await shop.openTab()
    await one.evaluate(() => client.ask('sign-in', 'alice'))
    const tabs = [one]
    while (tabs.length < 5) tabs.push(await shop.openTab())
    for (const tab of tabs) await tab.waitForFunction(() => client.state.name === 'active')
    const before = await versionIn(one)
    const reload = async (tab: typeof one) => {
      for (let n = 0; n < 20; n++) {
        await tab.goto(tab.url(), { waitUntil: 'commit' }) // `reload` is refused while a page is being replaced.
        await setTimeout(Math.random() * 120) // Breaks off at any point of a presentation.
      }
    }
    await Promise.all(tabs.map(reload))
    for (const tab of tabs) {
      await tab.waitForFunction(() => globalThis.client?.state.name === 'active')
      assert.equal(await tab.evaluate(() => client.ask('who')), 'alice')
      const states = await tab.evaluate(() => `${sessionStorage.states}`)
      assert.doesNotMatch(states, /reuse|revoked|expired/)
    }
    const after = await versionIn(one)
    assert.ok(after >= before + 5, 'each of the last pages has got a key of its own')
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
    assert.equal(await two.evaluate(stored), undefined)
  })

  test('works where IndexedDB cannot be opened', async () => {
    await using shop = await openShop()
    await shop.context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('private', 'SecurityError')
      }
    })
    const tab = await shop.openTab()
    await tab.evaluate(() => client.ask('sign-in', 'carol'))
    assert.deepEqual(await tab.evaluate(() => client.renew()), { name: 'active', userId: 'carol' })
  })

  test('keeps keys in localStorage if it is told to', async () => {
    await using shop = await openShop()
    const tab = await shop.openTab()
    await tab.evaluate(() => client.close())
    const open = async () => {
      const [{ createClient }, { createLocalStorage }] = await Promise.all([
        import('/client.js' as never) as Promise<typeof import('./index.ts')>,
        import('/local-storage.js' as never) as Promise<typeof import('./local-storage.ts')>,
      ])
      const url = location.origin.replace('http', 'ws')
      globalThis.client = createClient({ url, storage: createLocalStorage(localStorage) })
      await client.ready
    }
    await tab.evaluate(open)
    await tab.evaluate(() => client.ask('sign-in', 'dave'))
    assert.equal(await tab.evaluate(() => JSON.parse(localStorage['sojourn:default']).userId), 'dave')
    await tab.evaluate(() => client.close())
    await tab.evaluate(open)
    assert.equal(await tab.evaluate(() => client.ask('who')), 'dave')
    await tab.evaluate(() => client.ask('sign-out'))
    assert.equal(await tab.evaluate(() => localStorage['sojourn:default']), undefined)
  })
})
