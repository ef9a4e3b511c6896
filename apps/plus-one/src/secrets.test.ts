import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLevelStore } from '@sojourn/level'
import { Clock, dayMs, openPlusOne, readAll } from './plus-one.fixture.ts'
import { Raw } from './raw.fixture.ts'
import { Browser, Window } from './window.fixture.ts'

test('mended: the store holds no key and no attempt id, in no spelling', async t => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using window = await Window.open(demo.url, browser)
  for (let times = 0; times < 5; times++) await window.client.renew()
  const { id } = await window.plusOne()

  const items = browser.written.map(text => JSON.parse(text)).filter(({ key }) => key !== undefined)
  const secrets = new Set<string>(
    items.flatMap(({ key, attempt }) => [key.split('.')[2], attempt ?? []].flat()),
  )
  assert.ok(secrets.size >= 10, `${secrets.size} secrets`)

  const copy = await mkdtemp(join(tmpdir(), 'demo-plus-one-'))
  t.after(() => rm(copy, { recursive: true }))
  await cp(demo.folder, copy, { recursive: true, filter: name => !name.endsWith('LOCK') })
  const store = await createLevelStore({ location: copy })
  assert.equal((await store.read(id))?.generation, 5)
  await store.close() // LevelDB has rewritten its log as a table

  for (const folder of [demo.folder, copy]) {
    const bytes = await readAll(folder)
    assert.ok(bytes.includes(id.slice(0, 12)), 'what is stored can be found')
    for (const secret of secrets) {
      const raw = Buffer.from(secret, 'base64url')
      for (const spelling of [secret, raw, raw.toString('hex'), raw.toString('base64')])
        assert.ok(!bytes.includes(spelling), `${secret} is stored`)
    }
  }
})

test('mended: ids are random, and of many visitors at once each has one of its own', async () => {
  await using demo = await openPlusOne()
  const browsers = Array.from({ length: 40 }, () => new Browser())
  const windows = await Promise.all(browsers.map(browser => Window.open(demo.url, browser)))
  const ids = new Set((await Promise.all(windows.map(window => window.plusOne()))).map(({ id }) => id))
  for (const window of windows) window.client.close()
  assert.equal(ids.size, 40)
  const bits = [...ids].map(id => Buffer.from(id, 'base64url'))
  for (const id of bits) assert.equal(id.length, 16)
  for (let at = 0; at < 16; at++) {
    const values = new Set(bits.map(id => id[at]))
    assert.ok(values.size > 20, `byte ${at} has ${values.size} values of 256 only`)
  }
})

test('mended: unknown, expired, ended, wrong and nonsense are told alike, and writing nothing', async () => {
  const clock = new Clock()
  await using demo = await openPlusOne({ now: clock.now })
  await using foreign = await openPlusOne({ secret: 'another secret, of more than 32 bytes as well' })
  const keyOf = async (url: string) => {
    const browser = new Browser()
    using _ = await Window.open(url, browser, { now: clock.now })
    return browser.key() as string
  }
  const expired = await keyOf(demo.url)
  clock.time += 31 * dayMs
  const ended = await keyOf(demo.url)
  await demo.revoker.revoke(ended.split('.')[0] as string)
  const live = await keyOf(demo.url)
  const [id, generation, mac] = live.split('.') as [string, string, string]

  const guesses = {
    expired,
    ended,
    'of another server': await keyOf(foreign.url),
    'a live id with a wrong mac': `${id}.${generation}.${mac.replace(/./g, 'A')}`,
    'a live id with the mac of another': `${id}.${generation}.${expired.split('.')[2]}`,
    'a later generation': `${id}.${Number(generation) + 1}.${mac}`,
    'an unknown id with a mac of ours': `AAAAAAAAAAAAAAAAAAAAAA.0.${mac}`,
    'a live id alone': id,
    'a number': '1',
    nothing: '',
    __proto__: '__proto__',
  }
  const { writes } = demo
  for (const [what, guess] of Object.entries(guesses)) {
    using raw = await Raw.open(demo.url)
    const [kind, , session] = await raw.request('present', 1, guess)
    assert.equal(kind, 'presented', what)
    const { id: newId, ...told } = session
    assert.deepEqual(told, { userId: null, expiresAt: null, refused: 'unknown' }, what)
    assert.ok(!guess.includes(newId), what)
  }
  assert.equal(demo.writes, writes)
  using raw = await Raw.open(demo.url)
  assert.equal((await raw.request('present', 1, live))[2].id, id) // none of that has harmed it
})

test('mended: nobody guesses without limit', async () => {
  await using demo = await openPlusOne()
  using witness = await Window.open(demo.url, new Browser())
  using raw = await Raw.open(demo.url)
  for (let guess = 1; guess <= 1000; guess++) raw.send(JSON.stringify(['present', guess, `${guess}`]))
  assert.equal((await raw.closed())?.code, 4429)
  assert.ok(raw.frames.length <= 150, `${raw.frames.length} answers`)
  assert.equal((await witness.plusOne()).count, 1)
})

test('mended: what the server prints, even when it fails, holds no key', async t => {
  const printed: string[] = []
  for (const method of ['log', 'error', 'warn', 'info', 'debug'] as const)
    t.mock.method(console, method, (...args: unknown[]) => void printed.push(args.map(String).join(' ')))
  let isDown = false
  await using demo = await openPlusOne({
    through: strategy => ({
      ...strategy,
      resume: (credential, binding) => {
        if (isDown) throw new Error('the store is on fire')
        return strategy.resume(credential, binding)
      },
    }),
  })
  const browser = new Browser()
  using window = await Window.open(demo.url, browser)
  await window.client.renew()
  isDown = true
  using raw = await Raw.open(demo.url)
  const key = browser.key() as string
  const [kind, , code] = await raw.request('present', 1, key)
  assert.deepEqual([kind, code], ['refuse', 'store_unavailable'])
  isDown = false
  assert.equal((await window.plusOne()).count, 1)
  assert.match(printed.join('\n'), /on fire/)
  assert.ok(!printed.join('\n').includes(key.split('.')[2] as string))
})
