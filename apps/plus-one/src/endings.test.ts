import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { eventually } from '@sojourn/testbed'
import { Clock, dayMs, openPlusOne } from './plus-one.fixture.ts'
import { Raw } from './raw.fixture.ts'
import { Browser, Window } from './window.fixture.ts'

test('mended: who stays away for 30 days is forgotten, and who comes in time is not', async () => {
  const clock = new Clock()
  await using demo = await openPlusOne({ now: clock.now })
  const browser = new Browser()
  const comeBack = async () => {
    using window = new Window(demo.url, browser, { now: clock.now })
    const state = await window.client.ready
    return state.name === 'ended' ? state.why : (await window.plusOne()).count
  }
  assert.equal(await comeBack(), 1)
  clock.time += 29 * dayMs
  assert.equal(await comeBack(), 2)
  clock.time += 29 * dayMs
  assert.equal(await comeBack(), 3)
  clock.time += 31 * dayMs
  assert.equal(await comeBack(), 'expired')
  assert.equal(await comeBack(), 1)
})

test('mended: and nobody is remembered for more than a year, however often they come', async () => {
  const clock = new Clock()
  await using demo = await openPlusOne({ now: clock.now })
  const browser = new Browser()
  for (let days = 0; days < 360; days += 20) {
    using window = await Window.open(demo.url, browser, { now: clock.now })
    await window.plusOne()
    clock.time += 20 * dayMs
  }
  clock.time += 6 * dayMs
  using window = new Window(demo.url, browser, { now: clock.now })
  assert.deepEqual(await window.client.ready, { name: 'ended', why: 'expired' })
})

test('mended: "forget me" ends the session in all windows, which go on as one new visitor', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using a = await Window.open(demo.url, browser)
  using b = await Window.open(demo.url, browser)
  const before = await a.plusOne()
  const key = browser.key() as string

  const after = await a.forgetMe()
  assert.notEqual(after.id, before.id)
  assert.deepEqual([after.count, after.previousVisitTime], [0, null])
  assert.equal(await demo.directory.find(before.id), null)
  await eventually(async () => (await b.hello()).id === after.id)

  using thief = await Raw.open(demo.url)
  assert.equal((await thief.request('present', 1, key))[2].refused, 'unknown')
  await a.plusOne()
  assert.equal((await b.hello()).count, 1)
})

test('mended: keys are good for one use, and a stolen copy ends the session for both', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using owner = await Window.open(demo.url, browser)
  await owner.plusOne()
  const first = browser.key()
  await owner.client.renew()
  assert.notEqual(browser.key(), first)

  using thief = await Window.open(demo.url, browser.copy())
  assert.equal((await thief.hello()).count, 1) // for as long as the owner has not come back
  await owner.client.renew()
  await eventually(() => [owner, thief].every(({ client }) => client.state.name === 'ended'))
  assert.deepEqual(owner.client.state, { name: 'ended', why: 'reuse' })
  assert.deepEqual(thief.client.state, { name: 'ended', why: 'reuse' })
})

test('mended: the server can end a session, and all its windows know at once', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using a = await Window.open(demo.url, browser)
  using b = await Window.open(demo.url, browser)
  using stranger = await Window.open(demo.url, new Browser())
  await demo.revoker.revoke((await a.hello()).id)
  await eventually(() => [a, b].every(({ client }) => client.state.name === 'ended'))
  assert.deepEqual(a.client.state, { name: 'ended', why: 'revoked' })
  assert.equal((await stranger.plusOne()).count, 1)
})

test('mended: a session that is not known is told, and nothing begins until the visitor says so', async () => {
  await using before = await openPlusOne()
  await using demo = await openPlusOne() // has lost all that the other one knew
  const browser = new Browser()
  {
    using window = await Window.open(before.url, browser)
    await window.plusOne()
  }
  const { length } = browser.written
  using window = new Window(demo.url, browser)
  assert.deepEqual(await window.client.ready, { name: 'ended', why: 'revoked' })
  await eventually(() => demo.sockets.connections.size === 0)
  assert.equal(demo.writes, 0)
  assert.ok(
    browser.written
      .slice(length)
      .every(text => JSON.parse(text).session === undefined || /attempt/.test(text)),
  )
  assert.equal((await window.hello()).count, 0)
  assert.equal(demo.writes, 1)
})

test('mended: a session of which no window is open any more takes no memory', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  await using demo = await openPlusOne()
  const browser = new Browser()
  const refs: WeakRef<object>[] = []
  const visit = async () => {
    using window = await Window.open(demo.url, browser)
    const { id } = await window.plusOne()
    for (const connection of demo.sockets.connectionsOf(id)) refs.push(new WeakRef(connection.session))
  }
  for (let times = 0; times < 5; times++) await visit()
  await eventually(() => demo.sockets.connections.size === 0)
  await eventually(async () => {
    await setImmediate()
    collect()
    return refs.every(ref => ref.deref() === undefined)
  })
  assert.equal(refs.length, 5)
})
