import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { createClock, createRecord, hourMs, minuteMs } from '@sojourn/conformance'
import { SessionError, type SessionRecord } from '@sojourn/core'
import fc from 'fast-check'
import { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from './store.ts'

suite('a memory store that is full', () => {
  test('takes away the session nearest to its idle expiry, and tells of it', async () => {
    const { store, write, told } = createTrial({ maxSessions: 3 })
    await write('second', 2 * minuteMs)
    await write('first', minuteMs)
    await write('third', 3 * minuteMs)
    assert.deepEqual(told, [])
    await write('fourth', 4 * minuteMs)
    await write('fifth', 5 * minuteMs)
    assert.deepEqual(told, ['first', 'second'])
    assert.equal(await store.read('first'), null)
    assert.equal(store.size, 3)
    assert.deepEqual(await listIds(store), ['fifth', 'fourth', 'third'])
  })

  test('spares a session that is in use', async () => {
    const { write, told } = createTrial({ maxSessions: 3 })
    const used = await write('used', minuteMs)
    await write('second', 2 * minuteMs)
    await write('third', 3 * minuteMs)
    await write('used', 10 * minuteMs, used)
    await write('fourth', 4 * minuteMs)
    await write('fifth', 5 * minuteMs)
    await write('sixth', 6 * minuteMs)
    assert.deepEqual(told, ['second', 'third', 'fourth'])
  })

  test('is not haunted by a session that was in use, and then ended', async () => {
    for (const meanwhile of ['evicted', 'cleared']) {
      const { store, write, told, clock } = createTrial({ maxSessions: 2 })
      const used = await write('used', minuteMs)
      await write('used', 10 * minuteMs, used)
      if (meanwhile === 'evicted') {
        for (const minutes of [5, 6]) await write(`${minutes}`, minutes * minuteMs)
      } else {
        clock.advance(minuteMs)
        await store.clearExpired()
      }
      await store.remove('used')
      told.length = 0
      for (const minutes of [20, 21, 22, 23]) await write(`${minutes}`, minutes * minuteMs)
      assert.deepEqual(told, meanwhile === 'evicted' ? ['6', '20', '21'] : ['20', '21'])
    }
  })

  test('looks at some, and not at all, to make room', async () => {
    const clock = createClock()
    let asked = 0
    const now = () => {
      asked++
      return clock.now()
    }
    const store = createMemoryStore({ now, maxSessions: 5000 })
    const expiresAt = clock.now() + 5 * hourMs
    for (let n = 0; n < 5000; n++)
      await store.write(createRecord(clock.now(), { id: `${n}`, version: 1, expiresAt }))
    clock.advance(4 * hourMs) // all are near now, but queued as far
    asked = 0
    await store.write(createRecord(clock.now(), { id: 'one more', version: 1, expiresAt }))
    assert.equal(store.size, 5000)
    assert.ok(asked < 200, `asked for the time ${asked} times`)
  })

  test('still saves the sessions that it holds', async () => {
    const { store, write, told } = createTrial({ maxSessions: 1 })
    const first = await write('only', minuteMs)
    await write('only', 2 * minuteMs, first)
    assert.equal((await store.read('only'))?.version, 2)
    assert.deepEqual(told, [])
  })

  test('takes away what has expired before what has not', async () => {
    const { write, told, clock } = createTrial({ maxSessions: 2 })
    await write('long', hourMs)
    await write('expired', minuteMs)
    clock.advance(30 * minuteMs)
    await write('new', minuteMs)
    assert.deepEqual(told, ['expired'])
  })

  test('was told to hold one session at least', () => {
    for (const maxSessions of [0, -1, Number.NaN, 0.5]) {
      assert.throws(
        () => createMemoryStore({ maxSessions }),
        (error: unknown) => error instanceof SessionError && error.code === 'invalid_option',
      )
    }
  })
})

suite('clearing out of a memory store', () => {
  test('takes what has expired, within a second, and nothing before', async () => {
    const { store, write, clock, told } = createTrial()
    await write('a', minuteMs + 1)
    await write('b', hourMs)
    clock.advance(minuteMs)
    await store.clearExpired()
    assert.equal(store.size, 2)
    clock.advance(1000)
    await store.clearExpired()
    assert.equal(store.size, 1)
    assert.equal(await store.read('a'), null)
    assert.deepEqual(await listIds(store), ['b'])
    assert.deepEqual(told, [], 'nobody ended it')
  })

  test('spares a session that was in use, until that expires too', async () => {
    const { store, write, clock } = createTrial()
    const used = await write('used', minuteMs)
    await write('used', 3 * minuteMs, used)
    for (const size of [1, 1, 0, 0]) {
      clock.advance(minuteMs)
      await store.clearExpired()
      assert.equal(store.size, size)
    }
  })

  test('minds no change that others make meanwhile', async () => {
    const { store, write, clock } = createTrial()
    for (let n = 0; n < 1000; n++) await write(`${n}`, minuteMs)
    clock.advance(minuteMs)
    const clearing = store.clearExpired()
    await store.remove('998')
    await store.remove('999')
    await write('999', minuteMs)
    await write('new', minuteMs)
    await clearing
    assert.deepEqual(await listIds(store), ['999', 'new'])
    assert.equal(store.size, 2)
  })

  test('happens by itself once a second, while there is anything', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { store, write, clock } = createTrial()
    for (const minutes of [1, 2, 3]) await write(`${minutes}`, minutes * minuteMs)
    for (const size of [2, 1, 0]) {
      clock.advance(minuteMs)
      t.mock.timers.tick(999)
      await store.read('') // lets what is due at once happen
      assert.equal(store.size, size + 1)
      t.mock.timers.tick(1)
      for (let turn = 0; turn < 5; turn++) await store.read('')
      assert.equal(store.size, size)
    }
    await write('later', minuteMs)
    clock.advance(minuteMs)
    t.mock.timers.tick(1000)
    assert.equal(store.size, 0)
  })

  test('ends when the store is closed', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { store, write, clock } = createTrial()
    await write('a', minuteMs)
    clock.advance(minuteMs)
    await store.close()
    t.mock.timers.tick(10_000)
    assert.equal(store.size, 1)
  })
})

suite('a memory store', () => {
  test('has the right size and evicts the right one, whatever happens', async () => {
    const step = fc.record({
      act: fc.constantFrom('write', 'write', 'write', 'remove', 'advance', 'clear'),
      session: fc.nat(7),
      forMs: fc.integer({ min: 1, max: 10_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const { store, write, clock, told } = createTrial({ maxSessions: 4 })
        const model = new Map<string, SessionRecord>()
        for (const { act, session, forMs } of steps) {
          const id = `${session}`
          const held = model.get(id)
          if (act === 'advance') clock.advance(forMs)
          if (act === 'clear') {
            await store.clearExpired()
            for (const { id, expiresAt } of model.values()) {
              const isHeld = (await store.read(id)) !== null
              if (expiresAt > clock.now()) assert.ok(isHeld, 'a live session was cleared out')
              if (secondOf(expiresAt) * 1000 <= clock.now()) assert.ok(!isHeld, 'an expired session was left')
              if (!isHeld) model.delete(id)
            }
          }
          if (act === 'remove') {
            await store.remove(id)
            model.delete(id)
          }
          if (act === 'write') {
            const before = told.length
            const earliest = Math.min(...[...model.values()].map(({ expiresAt }) => secondOf(expiresAt)))
            const lifeMs = Math.max(forMs, (held?.expiresAt ?? 0) - clock.now()) // use moves it on, never back
            const isFull = held === undefined && model.size === 4
            model.set(id, await write(id, lifeMs, held))
            const evicted = told.slice(before)
            assert.equal(evicted.length, isFull ? 1 : 0)
            for (const id of evicted) {
              assert.equal(secondOf(model.get(id)?.expiresAt ?? 0), earliest)
              model.delete(id)
            }
          }
          assert.equal(store.size, model.size)
        }
        assert.deepEqual(await listIds(store), [...model.keys()].sort())
      }),
      { numRuns: 300 },
    )
  })

  test('keeps nothing of sessions that are gone', async t => {
    const maps: Map<unknown, unknown>[] = []
    class NotedMap<Key, Value> extends Map<Key, Value> {
      constructor() {
        super()
        maps.push(this)
      }
    }
    t.mock.property(globalThis, 'Map', NotedMap as MapConstructor)
    const countEntries = () => maps.reduce((entries, map) => entries + map.size, 0)

    const { store, clock, told } = createTrial({ maxSessions: 50 })
    const ways: Record<string, (record: SessionRecord) => Promise<void>> = {
      removed: ({ id }) => store.remove(id),
      'signed in, touched and removed': async ({ id, ...record }) => {
        const expiresAt = record.expiresAt + hourMs
        await store.write({ ...record, id, userId: `alice of ${id}`, version: 2, expiresAt })
        await store.write({ ...record, id, userId: `bob of ${id}`, version: 3, expiresAt })
        await store.remove(id)
      },
      'one of two of a user, both removed': async record => {
        await store.write({ ...record, id: `twin of ${record.id}` })
        await store.remove(`twin of ${record.id}`)
        await store.remove(record.id)
      },
      'evicted, or expired': async () => {},
    }
    for (const [way, go] of Object.entries(ways)) {
      for (let n = 0; n < 100; n++) {
        const fields = { userId: `user ${n}`, version: 1, expiresAt: clock.now() + 1000 * n }
        const record = createRecord(clock.now(), fields)
        await store.write(record)
        assert.ok(countEntries() >= 3, 'the session, its user, its second')
        await go(record)
      }
      clock.advance(2 * hourMs)
      await store.clearExpired()
      assert.equal(store.size, 0)
      assert.equal(countEntries(), 0, way)
    }
    assert.equal(told.length, 100 + 100 + 200 + 50, 'all but the last 50 were taken away')
  })

  test('keeps no process alive', async () => {
    const script = `
      import { createMemoryStore } from '@sojourn/memory'
      const store = createMemoryStore()
      const now = Date.now()
      const times = { createdAt: now, rotatedAt: now, expiresAt: now + 3600000, deadline: now + 3600000 }
      const record = { id: 'a', userId: null, data: '{}', version: 1, generation: 0, attempts: [], ...times }
      console.log(await store.write(record), store.size)`
    const args = ['--conditions=source', '--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: import.meta.dirname,
      timeout: 20_000,
    })
    assert.equal(stdout, 'true 1\n')
  })
})

function createTrial(options: MemoryStoreOptions = {}) {
  const clock = createClock()
  const store = createMemoryStore({ ...options, now: clock.now })
  const told: string[] = []
  store.onRemoved(id => void told.push(id))

  /** Writes a session that lives for `forMs` from now; `before` is what is stored of it. */
  async function write(id: string, forMs: number, before?: SessionRecord): Promise<SessionRecord> {
    const fields = {
      id,
      userId: 'alice',
      version: (before?.version ?? 0) + 1,
      expiresAt: clock.now() + forMs,
    }
    const record = createRecord(clock.now(), fields)
    assert.equal(await store.write(record), true)
    return record
  }

  return { clock, store, told, write }
}

async function listIds(store: MemoryStore): Promise<string[]> {
  return (await store.listByUser('alice')).map(({ id }) => id).sort()
}

const secondOf = (time: number) => Math.ceil(time / 1000)
