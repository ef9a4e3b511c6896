import assert from 'node:assert/strict'
import type { SessionRecord, SessionStore } from '@sojourn/core'
import type { Laws } from '../law.ts'
import type { StoreTrial } from '../store.ts'
import { assertSame } from './records.ts'

export const versionLaws: Laws<StoreTrial> = {
  async 'inserts version 1 once, and keeps the first'({ store, record }) {
    const first = record({ data: '{"by":"first"}' })
    assert.equal(await store.write(first), true)
    assert.equal(await store.write({ ...first, data: '{"by":"second"}' }), false)
    assertSame(await store.read(first.id), first)
  },

  async 'refuses any version but the next one'({ store, record }) {
    const first = record({ userId: 'alice' })
    const second = { ...first, version: 2 }
    const third = { ...first, version: 3, data: '{"is":"third"}' }
    for (const written of [first, second, third]) assert.equal(await store.write(written), true)
    for (const version of [0, 1, 2, 3, 5, 6]) {
      const refused = { ...first, version, userId: 'mallory', data: '{"is":"refused"}' }
      assert.equal(await store.write(refused), false, `version ${version} after 3`)
    }
    assertSame(await store.read(first.id), third)
    assert.equal((await store.listByUser('alice')).length, 1)
    assert.equal((await store.listByUser('mallory')).length, 0)
  },

  async 'inserts no version but 1'({ store, record }) {
    for (const version of [0, 2, 3]) {
      const refused = record({ version, userId: 'alice' })
      assert.equal(await store.write(refused), false, `version ${version} after none`)
      assert.equal(await store.read(refused.id), null)
    }
    assert.equal((await store.listByUser('alice')).length, 0)
  },

  async 'lets one of many parallel writes of a version win'({ store, record }) {
    const first = record()
    for (let version = 1; version <= 5; version++) {
      const rivals = Array.from({ length: 10 }, (_, rival) => ({
        ...first,
        version,
        data: `{"by":${rival}}`,
      }))
      const won = await Promise.all(rivals.map(rival => store.write(rival)))
      const winners = rivals.filter((_, rival) => won[rival])
      assert.equal(winners.length, 1)
      assertSame(await store.read(first.id), winners[0] as SessionRecord)
    }
  },

  async 'loses no acknowledged write of parallel writers'({ store, record }) {
    const { id } = record()
    const writers = Array.from({ length: 8 }, (_, writer) => [`${writer}a`, `${writer}b`, `${writer}c`])
    const append = (entry: string) => appendUntilWritten(store, record({ id }), entry)
    await Promise.all(
      writers.map(async entries => {
        for (const entry of entries) await append(entry)
      }),
    )
    const { data, version } = (await store.read(id)) as SessionRecord
    assert.deepEqual(JSON.parse(data).entries.sort(), writers.flat())
    assert.equal(version, 24)
  },

  async 'does not bring back what was removed'({ store, record }) {
    const first = record({ userId: 'alice' })
    const second = { ...first, version: 2 }
    await store.write(first)
    await store.write(second)
    await store.remove(first.id)
    for (const version of [2, 3, 4]) {
      assert.equal(await store.write({ ...first, version }), false, `version ${version} after removal`)
    }
    assert.equal(await store.read(first.id), null)
    assert.equal((await store.listByUser('alice')).length, 0)
  },
}

async function appendUntilWritten(store: SessionStore, absent: SessionRecord, entry: string): Promise<void> {
  for (;;) {
    const stored = (await store.read(absent.id)) ?? { ...absent, version: 0, data: '{"entries":[]}' }
    const entries = [...JSON.parse(stored.data).entries, entry]
    if (await store.write({ ...stored, version: stored.version + 1, data: JSON.stringify({ entries }) }))
      return
  }
}
