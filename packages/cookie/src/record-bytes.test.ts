import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionRecord } from '@sojourn/core'
import fc from 'fast-check'
import { decodeRecord, encodeRecord } from './record-bytes.ts'

const time = fc.integer({ min: 0, max: 8.64e15 / 2 })
const id = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array().map(bytes => Buffer.from(bytes).toString('base64url')),
)
const record: fc.Arbitrary<SessionRecord> = fc.record(
  {
    id,
    userId: fc.option(id),
    data: fc.object({ withNullPrototype: false }).map(object => JSON.stringify(object)),
    createdAt: time,
    deadline: time,
    expiresAt: time,
    version: fc.nat(),
    generation: fc.maxSafeNat().map(generation => Math.floor(generation / 4)),
    rotatedAt: time,
    attempts: fc.constant([]),
  },
  { noNullPrototype: true },
)

test('every record comes back from its bytes', () => {
  fc.assert(fc.property(record, record => assert.deepEqual(decodeRecord(encodeRecord(record)), record)))
})

test('a record takes 43 bytes, of which six are the user, and its data', () => {
  const now = Date.UTC(2026, 10, 21)
  const times = { createdAt: now, rotatedAt: now, deadline: now + 86_400_000, expiresAt: now + 3_600_000 }
  const bytes = encodeRecord({
    ...{ id: 'x'.repeat(24), userId: 'user-1', data: '{}', version: 1, generation: 0, attempts: [] },
    ...times,
  })
  assert.equal(bytes.length, 43 + '{}'.length)
})

test('an id or a user that UTF-8 cannot carry is refused: it would come back as another', () => {
  const [sample] = fc.sample(record, 1) as [SessionRecord]
  for (const changed of [{ id: 'x\ud800' }, { userId: '\udfff' }]) {
    assert.throws(() => encodeRecord({ ...sample, ...changed }), { code: 'invalid_option' })
  }
})
