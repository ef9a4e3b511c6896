import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createClock, dayMs, minuteMs, TrialStore } from '@sojourn/conformance'
import { onSessionEvent, type SessionRecord } from '@sojourn/core'
import { owner, wholeSession } from './ending.ts'
import { RevocationLog } from './revocation-log.ts'
import { Snapshot } from './snapshot.ts'

/** The log as one process has it. */
function openLog(store: TrialStore, clock = createClock()) {
  const snapshot = new Snapshot(() => {})
  const log = new RevocationLog(store, clock.now, snapshot)
  return {
    snapshot,
    read: () => log.read(),
    end: (id: string, lifeMs = dayMs) =>
      log.add({ kind: 'session', id }, () => ({
        floor: wholeSession,
        except: null,
        exceptFloor: 0,
        until: clock.now() + lifeMs,
      })),
    knows: (id: string) => snapshot.hasEnded({ id, userId: null, generation: 0 }),
  }
}

class LoggedStore extends TrialStore {
  lists = 0

  override listByUser(userId: string): Promise<SessionRecord[]> {
    this.lists++
    return super.listByUser(userId)
  }

  /** All that it holds, which can be put back. */
  async save(): Promise<() => Promise<void>> {
    const head = await this.read('revocations')
    const records = [...(await super.listByUser(owner)), ...(head ? [head] : [])]
    return async () => {
      for (const { id } of [...(await super.listByUser(owner)), { id: 'revocations' }]) await this.remove(id)
      for (const record of records) {
        for (let version = 1; version <= record.version; version++) await this.write({ ...record, version })
      }
    }
  }
}

suite('A log', () => {
  test('is read from its head, once it has been listed', async () => {
    const store = new LoggedStore()
    const [writer, reader] = [openLog(store), openLog(store)]
    await reader.read()
    for (const id of ['a', 'b', 'c']) {
      await writer.end(id)
      await reader.read()
      assert.ok(reader.knows(id))
    }
    assert.equal(store.lists, 1)
  })

  test('is not listed again and again while nothing has ended', async () => {
    const store = new LoggedStore()
    const reader = openLog(store)
    for (let n = 0; n < 5; n++) await reader.read()
    assert.equal(store.lists, 1)
  })

  test('is listed by those who have missed more than the head holds', async () => {
    const store = new LoggedStore()
    const [writer, reader] = [openLog(store), openLog(store)]
    await reader.read()
    const ids = Array.from({ length: 120 }, (_, n) => `session-${n}`)
    for (const id of ids) await writer.end(id)
    await reader.read()
    assert.ok(ids.every(id => reader.knows(id)))
    assert.equal(store.lists, 2)
    const head = await store.read('revocations')
    assert.ok((head?.data.length ?? 0) < 10_000, 'the head grows without end')
  })

  test('that lost its last endings, as after a fail-over, hides none of those that follow', async () => {
    const store = new LoggedStore()
    const [writer, reader] = [openLog(store), openLog(store)]
    await writer.end('kept')
    const rollBack = await store.save()
    for (const id of ['lost 1', 'lost 2', 'lost 3']) await writer.end(id)
    await reader.read()
    await rollBack()
    for (const id of ['new 1', 'new 2', 'new 3', 'new 4']) await openLog(store).end(id)
    await reader.read()
    for (const id of ['kept', 'lost 1', 'new 1', 'new 2', 'new 3', 'new 4']) assert.ok(reader.knows(id), id)
  })

  test('is written by a hundred processes at once', async () => {
    const store = new LoggedStore()
    const writers = Array.from({ length: 100 }, () => openLog(store))
    await Promise.all(writers.map((writer, n) => writer.end(`session-${n}`)))
    const reader = openLog(store)
    await reader.read()
    assert.ok(writers.every((_, n) => reader.knows(`session-${n}`)))
  })

  test('passes over what another program mangled, and says so', async () => {
    const store = new LoggedStore()
    const writer = openLog(store)
    for (const id of ['mangled', 'whole']) await writer.end(id)
    const found = (await store.listByUser(owner)).find(({ data }) =>
      data.includes('mangled'),
    ) as SessionRecord
    const malformed: string[] = []
    const stop = onSessionEvent('record-malformed', ({ sessionId }) => void malformed.push(sessionId))
    for (const data of ['not json', 'null', '{}', '{"kind":"session","id":"other","floor":1}']) {
      const current = (await store.read(found.id)) as SessionRecord
      await store.write({ ...current, data, version: current.version + 1 })
      const reader = openLog(store)
      await reader.read()
      assert.ok(reader.knows('whole'))
    }
    stop()
    assert.deepEqual(malformed, Array(4).fill(found.id))
    const head = (await store.read('revocations')) as SessionRecord
    for (const data of ['not json', '{"recent":1}', '{"recent":[null]}', '{"recent":[{"endings":[null]}]}']) {
      const { version } = (await store.read('revocations')) as SessionRecord
      await store.write({ ...head, data, version: version + 1 })
      const reader = openLog(store)
      await reader.read()
      await reader.end('after')
      assert.ok(reader.knows('whole'))
    }
  })
})

suite('A snapshot', () => {
  test('forgets what has expired and the store has dropped, and nothing that a wrong clock says is over', async () => {
    const store = new LoggedStore()
    const clock = createClock()
    const { end, snapshot, knows } = openLog(store, clock)
    await end('a')
    await end('b', 2 * dayMs)
    clock.advance(dayMs)
    const listed = new Set(
      (await store.listByUser(owner)).map(({ data }) => `session ${JSON.parse(data).id}`),
    )
    snapshot.forgetExpired(clock.now(), listed)
    assert.equal(snapshot.size, 2)
    snapshot.forgetExpired(clock.now() - 1, new Set())
    assert.equal(snapshot.size, 2)
    snapshot.forgetExpired(clock.now(), new Set())
    assert.deepEqual([snapshot.size, knows('b')], [1, true])
  })

  test('keeps an ending as long as the longest of its subject', async () => {
    const store = new TrialStore()
    const clock = createClock()
    const { end, snapshot, knows } = openLog(store, clock)
    await end('a', minuteMs)
    await end('a', dayMs)
    await end('a', minuteMs)
    clock.advance(dayMs - 1)
    snapshot.forgetExpired(clock.now(), new Set())
    assert.ok(knows('a'))
  })
})
