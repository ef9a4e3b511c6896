import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createClock, createRecord, eventually, hourMs, minuteMs } from '@sojourn/conformance'
import { encodeRecord, onSessionEvent, type SessionRecord } from '@sojourn/core'
import { ClassicLevel } from 'classic-level'
import { putContents, readContents, readRecords } from './contents.fixture.ts'
import { createFolder } from './folder.fixture.ts'
import { indexKeys } from './keys.ts'
import { createLevelStore, type LevelStoreOptions } from './store.ts'

suite('the users of a level store', () => {
  test('may have hundreds of sessions', async t => {
    const { store, write, ids } = await createTrial(t)
    for (let n = 0; n < 250; n++) await write(`${n}`)
    assert.equal(new Set(await ids('alice')).size, 250)
    await Promise.all((await store.listByUser('alice')).map(({ id }) => store.remove(id)))
    assert.deepEqual(await ids('alice'), [])
  })
})

suite('parallel use of a level store', () => {
  test('stores a record as it was given, whatever the giver does to it meanwhile', async t => {
    const { store, clock, ids } = await createTrial(t)
    const given = { ...createRecord(clock.now(), { id: 'a', version: 1 }), userId: 'alice' }
    const before = { ...given }
    const writing = store.write(given)
    given.userId = 'mallory'
    await writing
    assert.deepEqual(await store.read('a'), before)
    assert.deepEqual([await ids('alice'), await ids('mallory')], [['a'], []])
  })

  test('never brings back what was removed', async t => {
    const { store, write } = await createTrial(t)
    for (let n = 0; n < 200; n++) {
      const first = await write(`${n}`)
      const second = { ...first, version: 2, expiresAt: first.expiresAt + hourMs }
      const acts = [() => store.write(second), () => store.remove(first.id)]
      await Promise.all((n % 2 === 0 ? acts : acts.reverse()).map(act => act()))
      assert.equal(await store.read(first.id), null)
      assert.equal(await store.write({ ...first, version: 3 }), false)
    }
  })

  test('leaves records and what leads to them in agreement', async t => {
    const { store, clock, location } = await createTrial(t)
    const random = createRandom(1)
    const act = async () => {
      const record = createRecord(clock.now(), { id: `${random(20)}`, version: random(4) })
      const userId = [null, 'alice', 'bob'][random(3)] as string | null
      const kind = random(10)
      if (kind === 0) clock.advance(minuteMs)
      else if (kind === 1) await store.clearExpired()
      else if (kind === 2) await store.remove(record.id)
      else await store.write({ ...record, userId, expiresAt: clock.now() + random(3) * minuteMs })
    }
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let n = 0; n < 100; n++) await act()
      }),
    )
    await store.close()
    assert.ok((await readRecords(location)).size > 0)
  })
})

suite('clearing out of a level store', () => {
  test('takes what has expired, within a minute, and nothing before', async t => {
    const { store, write, clock, told, ids } = await createTrial(t)
    await write('short', { expiresAt: clock.now() + minuteMs + 1 })
    await write('long', { expiresAt: clock.now() + hourMs })
    clock.advance(minuteMs)
    await store.clearExpired()
    assert.deepEqual(await ids('alice'), ['long', 'short'])
    clock.advance(minuteMs)
    await store.clearExpired()
    assert.deepEqual(await ids('alice'), ['long'])
    assert.equal(await store.read('short'), null)
    assert.deepEqual(told, [], 'nobody ended it')
  })

  test('spares a session that was in use, until that expires too', async t => {
    const { store, write, clock, ids } = await createTrial(t)
    const used = await write('used', { expiresAt: clock.now() + minuteMs })
    await store.write({ ...used, version: 2, expiresAt: clock.now() + 3 * minuteMs })
    for (const left of [['used'], ['used'], []]) {
      clock.advance(minuteMs)
      await store.clearExpired()
      assert.deepEqual(await ids('alice'), left)
    }
  })

  test('spares a session that comes into use meanwhile', async t => {
    const { store, write, clock, ids } = await createTrial(t)
    const used = await write('used', { expiresAt: clock.now() + minuteMs })
    clock.advance(minuteMs)
    const clearing = store.clearExpired()
    assert.equal(await store.write({ ...used, version: 2, expiresAt: clock.now() + hourMs }), true)
    await clearing
    assert.deepEqual(await ids('alice'), ['used'])
    clock.advance(hourMs)
    await store.clearExpired()
    assert.deepEqual(await ids('alice'), [])
  })

  test('leaves nothing of hundreds that have expired', async t => {
    const { store, write, clock, location } = await createTrial(t)
    for (let n = 0; n < 250; n++) await write(`${n}`, { userId: n % 2 === 0 ? 'alice' : null })
    clock.advance(hourMs)
    await store.clearExpired()
    await store.close()
    assert.equal((await readContents(location)).size, 0)
  })

  test('happens by itself once a minute, until the store is closed', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const clearings = t.mock.method(ClassicLevel.prototype, 'keys').mock
    const { store, write, clock } = await createTrial(t)
    for (const minutes of [1, 2, 3])
      await write(`${minutes}`, { expiresAt: clock.now() + minutes * minuteMs })
    for (const expired of ['1', '2', '3']) {
      clock.advance(minuteMs)
      t.mock.timers.tick(minuteMs - 1)
      assert.equal(clearings.callCount(), Number(expired) - 1)
      t.mock.timers.tick(1)
      await untilGone(store, expired)
      for (let turn = 0; turn < 5; turn++) await setImmediate() // the next minute begins once all is done
    }
    await store.close()
    t.mock.timers.tick(10 * minuteMs)
    assert.equal(clearings.callCount(), 3)
  })
})

suite('what others did to the folder of a level store', () => {
  const record = createRecord(Date.UTC(2100, 0, 1), { id: 'a', userId: 'alice', version: 1 })
  const text = encodeRecord(record)
  const mangled: Record<string, string> = {
    nothing: '',
    'another text': 'hello',
    'half of it': text.slice(0, text.length / 2),
    'the record of another session': encodeRecord({ ...record, id: 'b' }),
    'a record without a version': text.replace('"version":1,', ''),
    'a list': '[]\n{}',
  }

  for (const [what, value] of Object.entries(mangled)) {
    test(`${what} in place of a record is no session, and is said so once`, async t => {
      const trial = await createTrial(t)
      const { location, clock, told } = trial
      await trial.write('a')
      await trial.store.close()
      await putContents(location, { 'session!a': value })
      const store = await trial.reopen()
      const malformed = countMalformed(t)

      assert.equal(await store.read('a'), null)
      assert.equal(malformed.take(), 1)
      assert.deepEqual(await store.listByUser('alice'), [])
      assert.equal(malformed.take(), 1)
      assert.equal(await store.write({ ...record, version: 2 }), false)
      assert.equal(malformed.take(), 1)

      if (what === 'nothing') {
        clock.advance(hourMs)
        await store.clearExpired()
      } else {
        await store.remove('a')
        assert.deepEqual(told, ['a'], 'whoever holds it open is to let it go')
      }
      assert.equal(malformed.take(), 1)
      await store.close()
      assert.equal((await readContents(location)).has('session!a'), false)
    })
  }

  test('keys that lead nowhere, or to another, are passed over, and cleared out in time', async t => {
    const trial = await createTrial(t)
    const { location, clock } = trial
    await trial.write('of bob', { userId: 'bob', expiresAt: clock.now() + 10 * hourMs })
    await trial.store.close()
    const due = ['gone', 'of bob'].flatMap(id =>
      indexKeys(createRecord(clock.now(), { id, expiresAt: clock.now() })),
    )
    await putContents(location, {
      'user!"alice"!gone': '',
      'user!"alice"!of bob': '',
      ...Object.fromEntries(due.map(key => [key, ''])),
      'expiry!': '',
      'expiry!!': 'hello',
      'notes of another': 'hello',
    })
    const others = [...(await readContents(location)).keys()].filter(key => !due.includes(key))
    const store = await trial.reopen()
    const malformed = countMalformed(t)

    assert.deepEqual(await store.listByUser('alice'), [])
    clock.advance(minuteMs)
    await store.clearExpired()
    assert.deepEqual(await trial.ids('bob'), ['of bob'])
    assert.equal(malformed.take(), 0)
    await store.close()
    assert.deepEqual([...(await readContents(location)).keys()], others)
  })

  test('a record to which no key leads is read, and lost to no one', async t => {
    const trial = await createTrial(t)
    await trial.store.close()
    await putContents(trial.location, { 'session!a': text })
    const store = await trial.reopen()
    assert.deepEqual(await store.read('a'), record)
    assert.equal(await store.write({ ...record, version: 2, expiresAt: record.expiresAt + hourMs }), true)
    await store.remove('a')
    await store.close()
    assert.equal((await readContents(trial.location)).size, 0)
  })
})

for (const sync of [undefined, true]) {
  test(`a save ${sync ? 'waits' : 'does not wait'} for the disk with sync ${sync}`, async t => {
    const { mock } = t.mock.method(ClassicLevel.prototype, 'batch')
    const { store, write } = await createTrial(t, sync === undefined ? {} : { sync })
    await write('a')
    await store.remove('a')
    const options = mock.calls.map(call => (call.arguments as unknown[])[1])
    assert.deepEqual(options, Array(2).fill({ sync: sync ?? false }))
  })
}

async function createTrial(t: TestContext, options: Partial<LevelStoreOptions> = {}) {
  const folder = await createFolder()
  const location = folder.resolve('sessions')
  const clock = createClock()
  const told: string[] = []
  const open = async () => {
    const store = await createLevelStore({ ...options, location, now: clock.now })
    store.onRemoved(id => void told.push(id))
    return store
  }
  let store = await open()
  t.after(async () => {
    await store.close()
    await folder.remove()
  })
  return {
    store,
    location,
    clock,
    told,
    async reopen() {
      store = await open()
      return store
    },
    /** Writes a new session, of alice unless told otherwise. */
    async write(id: string, fields: Partial<SessionRecord> = {}): Promise<SessionRecord> {
      const record = createRecord(clock.now(), { id, userId: 'alice', version: 1, ...fields })
      assert.equal(await store.write(record), true)
      return record
    },
    ids: async (userId: string) => (await store.listByUser(userId)).map(({ id }) => id).sort(),
  }
}

async function untilGone(
  store: { read(id: string): Promise<SessionRecord | null> },
  id: string,
): Promise<void> {
  let isGone = false
  await eventually(() => {
    void store.read(id).then(record => {
      isGone = record === null
    })
    return isGone
  }, `${id} was cleared out`)
}

function countMalformed(t: TestContext) {
  let count = 0
  t.after(onSessionEvent('record-malformed', () => void count++))
  return {
    /** Since it was last asked. */
    take() {
      const taken = count
      count = 0
      return taken
    },
  }
}

/** Whole numbers from 0 to below `limit`, the same each time (mulberry32). */
function createRandom(seed: number) {
  let state = seed
  return (limit: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}
