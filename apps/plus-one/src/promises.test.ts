import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '@sojourn/testbed'
import { Clock, dayMs, openPlusOne } from './plus-one.fixture.ts'
import { Browser, Window } from './window.fixture.ts'

test('promise: all windows of a browser share one session object', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using a = await Window.open(demo.url, browser)
  using b = await Window.open(demo.url, browser)
  using stranger = await Window.open(demo.url, new Browser())
  const { id } = await a.hello()
  assert.equal((await b.hello()).id, id)
  assert.notEqual((await stranger.hello()).id, id)

  const [first, second, ...others] = demo.sockets.connectionsOf(id)
  assert.equal(others.length, 0)
  assert.ok(first !== undefined && second !== undefined && first !== second)
  assert.ok(first.session === second.session)
})

test('promise: a number that any of them adds one to, at the same time or not, and never loses one', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using a = await Window.open(demo.url, browser)
  using b = await Window.open(demo.url, browser)
  using c = await Window.open(demo.url, browser)
  await Promise.all([a, b, c].flatMap(window => Array.from({ length: 20 }, () => window.plusOne())))
  assert.equal((await b.hello()).count, 60)
})

test('mended: a change reaches the other windows as well, and only those of that session', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using a = await Window.open(demo.url, browser)
  using b = await Window.open(demo.url, browser)
  using stranger = await Window.open(demo.url, new Browser())
  await eventually(() => a.told[0]?.windows === 2)
  const { id } = await a.plusOne()
  await eventually(() => b.told[0]?.count === 1)
  assert.equal(b.told[0]?.id, id)
  b.client.close()
  await eventually(() => a.told[0]?.windows === 1)
  await stranger.plusOne()
  assert.ok(stranger.told.every(visitor => visitor.id !== id))
  assert.deepEqual([a.told[0]?.id, a.told[0]?.count], [id, 1])
})

test('promise: the times of the first, the previous and the latest visit', async () => {
  const clock = new Clock()
  await using demo = await openPlusOne({ now: clock.now })
  const browser = new Browser()
  const start = clock.time
  const visit = async () => {
    using window = await Window.open(demo.url, browser, { now: clock.now })
    clock.time += 1000
    await window.hello() // as after a lost connection: that is no visit
    const { firstVisitTime, previousVisitTime, latestVisitTime } = await window.plusOne()
    return [firstVisitTime, previousVisitTime, latestVisitTime]
  }
  assert.deepEqual(await visit(), [start, null, start])
  clock.time = start + dayMs
  assert.deepEqual(await visit(), [start, start, start + dayMs])
  clock.time = start + 9 * dayMs
  assert.deepEqual(await visit(), [start, start + dayMs, start + 9 * dayMs])
})

test('promise, mended: what the client said when the session was made is sent, and kept as it was', async () => {
  await using demo = await openPlusOne()
  const browser = new Browser()
  using first = await Window.open(demo.url, browser, { says: 'I am new' })
  using second = await Window.open(demo.url, browser, { says: 'I am somebody else' })
  assert.equal((await second.hello()).fromClient, 'I am new')
  assert.equal((await first.plusOne()).fromClient, 'I am new')
})

test('promise: two identities on one connection, switched without signing in again', async () => {
  await using demo = await openPlusOne()
  using window = await Window.open(demo.url, new Browser())
  const home = await window.plusOne()
  const [connection] = demo.sockets.connections

  await window.client.use('work')
  const work = await window.hello()
  assert.equal(work.count, 0)
  assert.notEqual(work.id, home.id)
  await window.plusOne()
  await window.plusOne()

  await window.client.use('home')
  const back = await window.hello()
  assert.deepEqual([back.id, back.count], [home.id, 1])
  assert.equal(back.latestVisitTime, home.latestVisitTime)
  await window.client.use('work')
  assert.deepEqual([(await window.hello()).id, (await window.hello()).count], [work.id, 2])
  assert.deepEqual([...demo.sockets.connections], [connection])
})

test('promise, mended: what is asked before there is a session waits for it, and is done once', async () => {
  await using demo = await openPlusOne()
  using window = new Window(demo.url, new Browser())
  const asked = window.plusOne() // nothing is connected yet
  assert.equal(window.client.state.name, 'connecting')
  assert.equal((await asked).count, 1)
  await window.client.renew()
  await window.client.renew()
  for (const connection of demo.sockets.connections) connection.close()
  await eventually(() => window.client.state.name === 'connecting')
  assert.equal((await window.hello()).count, 1)
})
