import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { createStoredStrategy } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import { createDemo } from './create-demo.ts'
import { type Served, serve } from './serve.ts'

const minute = 60_000
let clock = Date.UTC(2030, 0, 31, 12)
const now = () => clock

const store = createMemoryStore({ now })
const { read, listByUser } = store
const down = async () => {
  throw new Error('connection refused')
}
const strategy = createStoredStrategy({ store, keys: ['a secret of more than thirty-two bytes'], now })

describe('the demo site', () => {
  let site: Served

  before(async () => {
    site = await serve(
      createDemo({
        strategy,
        title: 'Sessions in a test',
        about: ['It <is> one: `npm start & <b>`, or `npm`.', '`Again`'],
        now,
      }),
    )
  })

  after(async () => {
    await site.close()
    await strategy.close()
  })

  /** Asks as a browser that follows no redirect; `cookie` is a session's, from `signIn`. */
  function ask(path: string, cookie = '', headers: Record<string, string> = {}): Promise<Response> {
    return fetch(site.url + path, {
      redirect: 'manual',
      headers: { Accept: 'text/html', cookie, ...headers },
    })
  }

  function submit(fields: Record<string, string>, userAgent = ''): Promise<Response> {
    return fetch(`${site.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Accept: 'text/html', 'User-Agent': userAgent },
      body: new URLSearchParams(fields),
    })
  }

  async function signIn(userAgent?: string): Promise<string> {
    const response = await submit({ name: 'alice', password: 'wonderland' }, userAgent)
    assert.equal(response.status, 303)
    return (response.headers.get('Set-Cookie') ?? '').split(';')[0] as string
  }

  test('has a page, and JSON for those who ask for it, where there is nothing', async () => {
    const page = await ask('/nothing')
    assert.equal(page.status, 404)
    assert.match(await page.text(), /<h1>Page not found<\/h1>/)
    const json = await ask('/nothing', '', { Accept: 'application/json' })
    assert.equal(json.status, 404)
    assert.deepEqual(await json.json(), { error: 'not_found' })
  })

  test('says what it shows, with code as code, and all of it as text', async () => {
    const page = await (await ask('/')).text()
    const [first, second] = [...page.matchAll(/<p>(.*?)<\/p>/gs)].map(([, paragraph]) => paragraph?.trim())
    assert.equal(first, 'It &lt;is&gt; one: <code>npm start &amp; &lt;b&gt;</code>, or <code>npm</code>.')
    assert.equal(second, '<code>Again</code>')
  })

  test('says so while the store is down, and signs nobody out', async t => {
    const log = t.mock.method(console, 'error', () => {})
    const cookie = await signIn()
    failWith(t, 'read')
    const page = await ask('/dashboard', cookie)
    assert.equal(page.status, 503)
    assert.match(await page.text(), /<h1>Sessions cannot be reached<\/h1>/)
    const json = await ask('/dashboard', cookie, { Accept: 'application/json' })
    assert.deepEqual(await json.json(), { error: 'store_unavailable' })
    assert.equal(log.mock.callCount(), 2)

    store.read = read
    assert.equal((await ask('/dashboard', cookie)).status, 200)
  })

  test('tells a visitor nothing of a fault but that there was one', async t => {
    const log = t.mock.method(console, 'error', () => {})
    const cookie = await signIn()
    failWith(t, 'listByUser')
    const page = await ask('/dashboard', cookie)
    assert.equal(page.status, 500)
    const text = await page.text()
    assert.match(text, /<h1>Something went wrong<\/h1>/)
    assert.doesNotMatch(text, /connection refused/)
    assert.match(String(log.mock.calls[0]?.arguments[0]), /connection refused/)
  })

  test('leads to no other site by signing in', async () => {
    const next = '//example.com/'
    const response = await submit({ name: 'alice', password: 'wonderland', next })
    assert.equal(response.headers.get('Location'), '/dashboard')
    const again = await ask(`/login?next=${next}`, await signIn())
    assert.equal(again.headers.get('Location'), '/dashboard')
  })

  test('calls what cannot be read a bad request', async () => {
    const page = await submit({ name: 'x'.repeat(200_000) })
    assert.equal(page.status, 400)
    assert.match(await page.text(), /<h1>Bad request<\/h1>/)
  })

  test('allows no script or style but its own files, and no frame around it', async () => {
    const cookie = await signIn()
    for (const page of [
      await ask('/'),
      await ask('/login'),
      await ask('/no'),
      await ask('/dashboard', cookie),
    ]) {
      const policy = page.headers.get('Content-Security-Policy') ?? ''
      assert.match(policy, /default-src 'none'/)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.doesNotMatch(policy, /unsafe|https?:/)
      assert.equal(page.headers.get('Strict-Transport-Security'), null)
      assert.doesNotMatch(await page.text(), /<style|style="|<script(?![^>]* src="\/)/)
    }
  })

  test('shows what visitors send as text', async () => {
    const form = await (await submit({ name: '"><b>' })).text()
    assert.match(form, /value="&#34;&gt;&lt;b&gt;"/)

    const cookie = await signIn('<b>Tor</b>/1.0 (hidden)')
    const page = await (await ask('/dashboard', cookie)).text()
    assert.match(page, /&lt;b&gt;Tor/)
    assert.doesNotMatch(page, /<b>/)
  })

  test('shows a device that does not say what it is', async () => {
    const page = await (await ask('/dashboard', await signIn(''))).text()
    assert.match(page, /Unknown browser on unknown system/)
  })

  test('signs out a user whose account is gone', async () => {
    const record = {
      ...{ id: 'a-session', userId: 'user-of-old', data: '{}', attempts: [] },
      ...{ createdAt: now(), rotatedAt: now(), deadline: now() + minute, expiresAt: now() + minute },
      ...{ version: 0, generation: 0 },
    }
    const saved = await strategy.save(record, { reissue: false })
    assert.ok(saved.ok)
    const page = await ask('/dashboard', `memory-session=${saved.credential}`)
    assert.equal(page.headers.get('Location'), '/login?next=%2Fdashboard')
    assert.equal(await strategy.directory.find('a-session'), null)
  })

  test('says about when another device was seen, and that use moves the idle expiry', async () => {
    await signIn('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')
    const cookie = await signIn()
    clock += 30 * minute
    const page = await (await ask('/dashboard', cookie)).text()
    assert.match(page, /last seen about 30 minutes ago/)
    const times = [...page.matchAll(/<time datetime="(.*?)"/g)].map(([, time]) => Date.parse(time ?? ''))
    assert.deepEqual(times, [now() + 60 * minute, now() - 30 * minute + 24 * 60 * minute])
  })
})

/** The store fails until the test ends. */
function failWith(t: TestContext, method: 'read' | 'listByUser'): void {
  store[method] = down
  t.after(() => Object.assign(store, { read, listByUser }))
}
