import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessionId, type SessionRecord } from '@sojourn/core'
import fc from 'fast-check'
import { decodeRecord, encodeRecord } from './record-bytes.ts'

const time = fc.integer({ min: 0, max: 8.64e15 / 2 })
const id = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString('base64url')),
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
    version: fc.constant(1),
    generation: fc.maxSafeNat().map(generation => Math.floor(generation / 4)),
    rotatedAt: time,
    attempts: fc.constant([]),
  },
  { noNullPrototype: true },
)

test('every record comes back from its bytes, as its first version', () => {
  fc.assert(fc.property(record, record => assert.deepEqual(decodeRecord(encodeRecord(record)), record)))
})

test('a record takes 38 bytes, of which six are the user, and its data without the braces', () => {
  const now = Date.UTC(2026, 10, 21)
  const times = { createdAt: now, rotatedAt: now, deadline: now + 86_400_000, expiresAt: now + 3_600_000 }
  const bytes = encodeRecord({
    ...{ id: createSessionId(), userId: 'user-1', data: '{}', version: 1, generation: 0, attempts: [] },
    ...times,
  })
  assert.equal(bytes.length, 38)
})

test('an id or a user that UTF-8 cannot carry is refused: it would come back as another', () => {
  const [sample] = fc.sample(record, 1) as [SessionRecord]
  for (const changed of [{ id: 'x\ud800' }, { userId: '\udfff' }]) {
    assert.throws(() => encodeRecord({ ...sample, ...changed }), { code: 'invalid_option' })
  }
})
