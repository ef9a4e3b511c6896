import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { createClock, createRecord, dayMs, eventually, hourMs } from '@sojourn/conformance'
import { onSessionEvent, type SessionRecord, type SessionStore } from '@sojourn/core'
import { startRedis } from '@sojourn/testbed'
import { createClient } from 'redis'
import { connectNodeRedis } from './clients.fixture.ts'
import { createRedisStore } from './store.ts'

const started = new AsyncDisposableStack()
after(() => started.disposeAsync())

const redis = started.use(await startRedis())
const library = started.use(await connectNodeRedis(redis.url))
/** Looks at what the store made, and spoils it. */
const raw = await createClient({ url: redis.url }).connect()
started.defer(() => raw.close())

const clock = createClock()
let places = 0

interface Trial {
  readonly store: SessionStore
  readonly prefix: string
  record(fields?: Partial<SessionRecord>): SessionRecord
}

function open(prefix = `place${++places}:`, { now } = clock): Trial {
  return {
    store: createRedisStore({ client: library.client(), prefix, now }),
    prefix,
    record: fields => createRecord(now(), { version: 1, ...fields }),
  }
}

/** Which commands Redis is asked for while `act` runs; those that a script runs are not counted. */
async function commandsOf(act: () => Promise<unknown>): Promise<string[]> {
  const commands: string[] = []
  const monitor = await createClient({ url: redis.url }).connect()
  await monitor.monitor(line => {
    const [, source, command] = /\[\d+ (\S+)\] "(\w+)"/.exec(`${line}`) ?? []
    if (source !== 'lua' && command !== undefined) commands.push(command)
  })
  await act()
  await raw.echo('the end')
  await eventually(() => commands.includes('ECHO'), 'all commands were seen')
  monitor.destroy()
  return commands.filter(command => command !== 'ECHO' && command !== 'PING')
}

/** From then on Redis knows them. */
async function warmScripts(store: SessionStore, first: SessionRecord): Promise<void> {
  await store.write(first)
  await store.write({ ...first, version: 2 })
}

suite('the round trips of a redis store', () => {
  test('a read is one GET', async () => {
    const { store, record } = open()
    const { id } = record()
    await store.write(record({ id, userId: 'alice' }))
    assert.deepEqual(await commandsOf(() => store.read(id)), ['GET'])
    assert.deepEqual(await commandsOf(() => store.read('unknown')), ['GET'])
  })

  test('a save is one command, also of a session with a user', async () => {
    const { store, record } = open()
    const anonymous = record()
    assert.deepEqual(await commandsOf(() => store.write(anonymous)), ['SET'])
    const ofAlice = record({ userId: 'alice' })
    await warmScripts(store, record({ userId: 'bob' }))
    assert.deepEqual(await commandsOf(() => store.write({ ...anonymous, version: 2 })), ['EVALSHA'])
    await store.write(ofAlice)
    const used = { ...ofAlice, version: 2, expiresAt: ofAlice.expiresAt + 1 }
    assert.deepEqual(await commandsOf(() => store.write(used)), ['EVALSHA'])
  })

  test('a sign-in enters the session into the index before it is saved', async () => {
    const { store, record } = open()
    const anonymous = record()
    await store.write(anonymous)
    await warmScripts(store, record({ userId: 'bob' }))
    const signIn = () => store.write({ ...anonymous, version: 2, userId: 'alice' })
    assert.deepEqual(await commandsOf(signIn), ['EVALSHA', 'EVALSHA', 'EVALSHA'])
    assert.deepEqual(await commandsOf(() => store.write(record({ userId: 'alice' }))), ['EVALSHA', 'SET'])
  })

  test('scripts that Redis has forgotten are given to it again', async () => {
    const { store, record } = open()
    const written = record({ userId: 'alice' })
    await raw.scriptFlush()
    assert.equal(await store.write(written), true)
    await raw.scriptFlush()
    assert.equal(await store.write({ ...written, version: 2 }), true)
    assert.deepEqual(await commandsOf(() => store.write({ ...written, version: 3 })), ['EVALSHA'])
    await raw.scriptFlush()
    await store.remove(written.id)
    assert.equal(await store.read(written.id), null)
  })
})

suite('the index of a user', () => {
  test('may hold a session that was never saved, because the process died between', async () => {
    const { store, prefix, record } = open()
    const saved = record({ userId: 'alice' })
    await store.write(saved)
    await raw.zAdd(`${prefix}user:alice`, { score: clock.now() + dayMs, value: 'never saved' })
    assert.deepEqual(await idsOf(store, 'alice'), [saved.id])
    await store.remove('never saved')
    assert.deepEqual(await idsOf(store, 'alice'), [saved.id])
  })

  test('knows a session before Redis holds it as that of its user', async () => {
    const { store, prefix, record } = open()
    const key = `${prefix}user:alice`
    const anonymous = record()
    await store.write(anonymous)
    await raw.set(key, 'no index at all')
    const signedIn = { ...anonymous, version: 2, userId: 'alice' }
    await assert.rejects(store.write(signedIn), /WRONGTYPE/)
    await assert.rejects(store.write(record({ id: 'new', userId: 'alice' })), /WRONGTYPE/)
    assert.equal((await store.read(anonymous.id))?.userId, null)
    assert.equal(await store.read('new'), null)
    await raw.del(key)
    assert.equal(await store.write(signedIn), true)
    assert.deepEqual(await idsOf(store, 'alice'), [anonymous.id])
  })

  test('follows a deadline that a new sign-in has moved', async () => {
    const { store, prefix, record } = open()
    const first = record({ userId: 'alice' })
    await store.write(first)
    const moved = { ...first, version: 2, deadline: first.deadline + dayMs }
    await store.write(moved)
    assert.equal(await raw.zScore(`${prefix}user:alice`, first.id), moved.deadline)
  })

  test('lives a day longer than the last of its sessions', async () => {
    const { store, prefix, record } = open()
    const ttl = () => raw.pTTL(`${prefix}user:alice`)
    await store.write(record({ userId: 'alice', deadline: clock.now() + 3 * dayMs }))
    await store.write(record({ userId: 'alice', deadline: clock.now() + dayMs }))
    assertNear(await ttl(), 4 * dayMs)
    await store.write(record({ userId: 'alice', deadline: clock.now() + 5 * dayMs }))
    assertNear(await ttl(), 6 * dayMs)
  })

  test('lets go of a session a day after its deadline, and when it was removed', async () => {
    // Its own: by a clock that was turned for all, records that were made before would live for a millisecond.
    const clock = createClock()
    const { store, prefix, record } = open('deadlines:', clock)
    const entries = () => raw.zRange(`${prefix}user:alice`, 0, -1)
    await store.write(record({ userId: 'alice', deadline: clock.now() + hourMs }))
    const removed = record({ userId: 'alice', deadline: clock.now() + 2 * dayMs })
    await store.write(removed)
    clock.advance(hourMs + dayMs)
    const kept = record({ userId: 'alice' })
    await store.write(kept)
    assert.deepEqual((await entries()).toSorted(), [removed.id, kept.id].toSorted())
    await store.remove(removed.id)
    assert.deepEqual(await entries(), [kept.id])
  })

  test('keeps users apart whose ids mean something to Redis', async () => {
    const { store, record } = open()
    const userIds = [
      '{a}',
      '{a}b',
      '{',
      '}',
      'user:a',
      'a b',
      'a\0b',
      'a\0',
      '👩‍👩‍👧',
      '*',
      '\r\n',
      'alice}:{',
    ]
    for (const userId of userIds) await store.write(record({ id: `of ${userId}`, userId }))
    for (const userId of userIds) assert.deepEqual(await idsOf(store, userId), [`of ${userId}`])
  })
})

suite('what is not a record', () => {
  const { store, prefix, record } = open()
  const good = record({ id: 'victim', userId: 'alice' })
  const { data, ...head } = good
  const withHead = (fields: object) => `${JSON.stringify({ ...head, ...fields })}\n${data}`
  const spoiled: { readonly [name: string]: (key: string) => Promise<unknown> } = {
    'an empty text': key => raw.set(key, ''),
    'another text': key => raw.set(key, 'hello'),
    'bytes that are no text': key => raw.set(key, Buffer.from([0xff, 0x0a, 0xfe])),
    'half a record': key => raw.set(key, withHead({}).slice(0, 30)),
    'JSON that is no object': key => raw.set(key, '7\n{}'),
    'JSON null': key => raw.set(key, 'null\n{}'),
    'JSON text': key => raw.set(key, '"text"\n{}'),
    'a version of another type': key => raw.set(key, withHead({ version: '1' })),
    'a version below all': key => raw.set(key, withHead({ version: 0 })),
    'a list': key => raw.rPush(key, 'hello'),
    'a hash': key => raw.hSet(key, 'version', '1'),
  }

  for (const [name, spoil] of Object.entries(spoiled)) {
    test(`${name}: is not read, listed or overwritten, and is told of once; it can be removed`, async () => {
      const key = `${prefix}session:${good.id}`
      await raw.del(key)
      await store.write(good)
      await raw.del(key)
      await spoil(key)
      const before = await raw.dump(key)

      const told: string[] = []
      const stop = onSessionEvent('record-malformed', ({ sessionId }) => void told.push(sessionId))
      assert.equal(await store.read(good.id), null)
      assert.deepEqual(told, [good.id])
      assert.deepEqual(await store.listByUser('alice'), [])
      stop()

      for (const userId of ['alice', 'bob', null]) {
        for (const version of [1, 2, 3]) assert.equal(await store.write({ ...good, version, userId }), false)
      }
      assert.deepEqual(await raw.dump(key), before)
      await store.remove(good.id)
      assert.equal(await raw.exists(key), 0)
    })
  }

  test('the record of another session', async () => {
    await store.write(good)
    await raw.copy(`${prefix}session:${good.id}`, `${prefix}session:other`)
    assert.equal(await store.read('other'), null)
    await store.remove('other')
    assert.equal((await store.read(good.id))?.id, good.id)
  })
})

suite('a redis store', () => {
  test('leaves expiry to Redis, by the clock of the store', async () => {
    const { store, prefix, record } = open()
    const written = record()
    await store.write(written)
    const ttl = () => raw.pTTL(`${prefix}session:${written.id}`)
    assertNear(await ttl(), hourMs)
    await store.write({ ...written, version: 2, expiresAt: written.expiresAt + hourMs })
    assertNear(await ttl(), 2 * hourMs)
    await store.write({ ...written, version: 3, expiresAt: clock.now() - 1 })
    const end = performance.now() + 2000
    while ((await raw.exists(`${prefix}session:${written.id}`)) === 1) assert.ok(performance.now() < end)
  })

  test('sees nothing of a store with another prefix', async () => {
    const [one, other] = [open(), open()]
    const told: string[] = []
    one.store.onRemoved(id => void told.push(id))
    const record = one.record({ userId: 'alice' })
    await one.store.write(record)
    assert.equal(await other.store.read(record.id), null)
    assert.deepEqual(await other.store.listByUser('alice'), [])
    await other.store.write(record)
    await other.store.remove(record.id)
    assert.ok(await one.store.read(record.id))
    await one.store.remove(record.id)
    await eventually(() => told.length > 0, 'a removal was told')
    assert.deepEqual(told, [record.id])
    await one.store.close()
  })

  test('stops listening when it is closed, and leaves the client to its owner', async () => {
    const { store, prefix, record } = open()
    store.onRemoved(() => {})
    const written = record()
    await store.write(written)
    await store.remove(written.id)
    const listening = () => raw.pubSubNumSub(`${prefix}removed`)
    const end = performance.now() + 5000
    const isHeard = async () => (await listening())[`${prefix}removed`] === 1
    while (!(await isHeard())) assert.ok(performance.now() < end)
    await store.close()
    while ((await listening())[`${prefix}removed`] !== 0) assert.ok(performance.now() < end)
    assert.equal(await store.write(written), true)
  })

  test('lists and ends ten thousand sessions of a user', async () => {
    const { store, prefix, record } = open()
    const records = Array.from({ length: 10_000 }, () => record({ userId: 'alice' }))
    await Promise.all(records.map(written => store.write(written)))
    assert.equal((await store.listByUser('alice')).length, 10_000)
    await Promise.all(records.map(({ id }) => store.remove(id)))
    assert.deepEqual(await raw.keys(`${prefix}*`), [])
  })
})

const idsOf = async (store: SessionStore, userId: string) =>
  (await store.listByUser(userId)).map(({ id }) => id)

function assertNear(ttlMs: number, expectedMs: number): void {
  assert.ok(ttlMs <= expectedMs && ttlMs > expectedMs - 60_000, `${ttlMs} is not about ${expectedMs}`)
}
