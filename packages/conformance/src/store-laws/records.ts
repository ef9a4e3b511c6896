import assert from 'node:assert/strict'
import type { SessionRecord } from '@sojourn/core'
import type { Laws } from '../law.ts'
import type { StoreTrial } from '../store.ts'

const lastMsOfYear9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

export const recordLaws: Laws<StoreTrial> = {
  async 'has a name'({ store }) {
    assert.notEqual(store.name, '')
  },

  async 'reads what was written, field by field'({ store, record }) {
    const first = record({
      userId: 'alice',
      data: '{"cart":[1,2]}',
      createdAt: 4_200_000_000_001,
      rotatedAt: 4_200_000_000_002,
      expiresAt: 4_200_000_000_003,
      deadline: 4_200_000_000_004,
      generation: 5,
      attempts: ['newest', 'older', 'oldest'],
    })
    await store.write(first)
    assertSame(await store.read(first.id), first)

    const second: SessionRecord = {
      ...first,
      userId: null,
      data: '{}',
      deadline: 4_200_000_000_014,
      expiresAt: 4_200_000_000_013,
      rotatedAt: 4_200_000_000_012,
      version: 2,
      generation: 7,
      attempts: [],
    }
    await store.write(second)
    assertSame(await store.read(first.id), second)
  },

  async 'reads null where there is nothing'({ store, record }) {
    await store.write(record())
    for (const id of ['', 'unknown', '__proto__', 'constructor', 'x'.repeat(500)]) {
      assert.equal(await store.read(id), null)
    }
  },

  async 'tells session ids apart by case'({ store, record }) {
    const lower = record({ id: 'a'.repeat(24), data: '{"is":"lower"}' })
    const upper = record({ id: 'A'.repeat(24), data: '{"is":"upper"}' })
    assert.equal(await store.write(lower), true)
    assert.equal(await store.write(upper), true)
    assertSame(await store.read(lower.id), lower)
    assertSame(await store.read(upper.id), upper)
  },

  async 'carries data as it is, up to 64 KiB'({ store, record }) {
    const long = JSON.stringify({ text: 'x'.repeat(65_536 - 11) })
    assert.equal(long.length, 65_536)
    const texts = [
      long,
      '{ "spaced" : [ 1.0 , 1e2 ] , "b" : 0 , "a" : 0 }',
      '{"__proto__":{"admin":true},"constructor":1}',
      '{"grüße":"日本語 👩‍👩‍👧 e\u0301 \u2028","escaped":"\\u0000\\ud800\\n\\"\'`\\\\"}',
      '{"sql":"\'; drop table sessions; --","format":"%s $1 ? :name"}',
    ]
    for (const data of texts) {
      const written = record({ data })
      await store.write(written)
      assert.equal((await store.read(written.id))?.data, data)
    }
  },

  async 'carries numbers to the last digit'({ store, record }) {
    const written = record({
      createdAt: 0,
      rotatedAt: 1,
      expiresAt: lastMsOfYear9999 - 1,
      deadline: lastMsOfYear9999,
      generation: Number.MAX_SAFE_INTEGER,
    })
    await store.write(written)
    assertSame(await store.read(written.id), written)
  },

  async 'keeps what it was given, whatever the giver does to it then'({ store, record }) {
    const attempts = ['first']
    const given = { ...record({ userId: 'alice' }), attempts }
    const before = structuredClone(given)
    await store.write(given)
    given.data = '{"changed":true}'
    given.userId = 'mallory'
    attempts.push('second')
    assertSame(await store.read(given.id), before)
    assert.equal((await store.listByUser('mallory')).length, 0)
  },

  async 'keeps what it has, whatever is done to what was read or listed'({ store, record }) {
    const written = record({ userId: 'alice', attempts: ['first'] })
    await store.write(written)
    tamper(await store.read(written.id))
    for (const listed of await store.listByUser('alice')) tamper(listed)
    assertSame(await store.read(written.id), written)
    assertSame((await store.listByUser('alice'))[0], written)
  },
}

/** A copy of its own or a frozen one: both keep what is stored from harm. */
function tamper(record: SessionRecord | null): void {
  assert.ok(record)
  Reflect.set(record, 'data', '{"changed":true}')
  Reflect.set(record, 'version', 99)
  Reflect.set(record.attempts, 0, 'changed')
}

/** Field by field; a store may have fields of its own beside them. */
export function assertSame(actual: SessionRecord | null | undefined, expected: SessionRecord): void {
  assert.ok(actual, 'there is no such record')
  for (const field of Object.keys(expected) as (keyof SessionRecord)[]) {
    assert.deepEqual(actual[field], expected[field], field)
  }
}
