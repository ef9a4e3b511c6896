import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecord } from '@sojourn/conformance'
import { idOfUserKey, indexKeys, userRange } from './keys.ts'

const pieces = ['', 'a', '!', '"', '\\', '\0', '\uffff', '\ud800', '\udfff', '\ufffd', '!0', '"!', '"!s', '#']
const userIds = [...new Set(pieces.flatMap(first => pieces.map(second => first + second)))]

test('the range of a user holds the keys of that user, and no others', () => {
  const keys = userIds.flatMap(userId =>
    ['0', 's', 'z'].map(id => {
      const [, key = ''] = indexKeys(createRecord(0, { id, userId }))
      return { userId, id, key, bytes: Buffer.from(key) }
    }),
  )
  for (const userId of userIds) {
    const { gt, lt } = userRange(userId)
    const held = keys.filter(
      ({ bytes }) => bytes.compare(Buffer.from(gt)) > 0 && bytes.compare(Buffer.from(lt)) < 0,
    )
    assert.deepEqual(
      held.map(({ userId, id }) => [userId, id]),
      ['0', 's', 'z'].map(id => [userId, id]),
    )
    assert.deepEqual(
      held.map(({ key }) => idOfUserKey(key, userId)),
      ['0', 's', 'z'],
    )
  }
})
