import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { onSessionEvent, type SessionEvent } from './events.ts'
import { checkRecord, decodeRecord, encodeRecord } from './record.ts'
import type { SessionRecord } from './strategy.ts'

const record: SessionRecord = {
  id: 'a',
  userId: 'alice\n\u0000\ud800"',
  data: '{"text":"two\\nlines","odd": 1.0}\n',
  createdAt: 1,
  deadline: 4,
  expiresAt: 3,
  version: 5,
  generation: 6,
  rotatedAt: 2,
  attempts: ['newest', 'oldest'],
}

const text = encodeRecord(record)
const withHead = (fields: object) => encodeRecord({ ...record, ...fields })

function eventsOf(check: () => SessionRecord | null): {
  result: SessionRecord | null
  events: SessionEvent[]
} {
  const events: SessionEvent[] = []
  const stop = onSessionEvent('record-malformed', event => void events.push(event))
  const result = check()
  stop()
  return { result, events }
}

suite('a record as text', () => {
  test('comes back as it was', () => {
    const { result, events } = eventsOf(() => decodeRecord('far', 'a', text))
    assert.deepEqual(result, record)
    assert.deepEqual(events, [])
    const anonymous = { ...record, userId: null, attempts: [], data: '' }
    assert.deepEqual(decodeRecord('far', 'a', encodeRecord(anonymous)), anonymous)
  })

  test('has no other line break before its data, so that its head can be read alone', () => {
    assert.equal(text.slice(text.indexOf('\n') + 1), record.data)
    assert.equal(JSON.parse(text.slice(0, text.indexOf('\n'))).version, 5)
    assert.ok(withHead({ userId: 'alice' }).startsWith('{"version":5,"userId":"alice","deadline":4,'))
  })

  for (const [what, mangled] of Object.entries({
    'is empty': '',
    'has no data': text.slice(0, text.indexOf('\n')),
    'has a stray character for data': `${text.slice(0, text.indexOf('\n'))}x`,
    'is cut': text.slice(0, 20),
    'is no JSON': `x${text}`,
    'has a number for a head': '5\n{}',
    'has null for a head': 'null\n{}',
    'has an empty head': '{}\n{}',
    'belongs to another id': withHead({ id: 'b' }),
    'has no user id': withHead({ userId: undefined }),
    'has a number for a user id': withHead({ userId: 1 }),
    'has no version': withHead({ version: undefined }),
    'was never saved': withHead({ version: 0 }),
    'has half a version': withHead({ version: 1.5 }),
    'has text for a generation': withHead({ generation: '1' }),
    'has a generation below 0': withHead({ generation: -1 }),
    'has no beginning': withHead({ createdAt: null }),
    'has no deadline': withHead({ deadline: undefined }),
    'has a date for an expiry': withHead({ expiresAt: new Date() }),
    'has no time of rotation': withHead({ rotatedAt: undefined }),
    'has text for attempts': withHead({ attempts: 'newest' }),
    'has a number among its attempts': withHead({ attempts: ['newest', 1] }),
  })) {
    test(`that ${what} is null, and one event`, () => {
      const { result, events } = eventsOf(() => decodeRecord('far', 'a', mangled))
      assert.equal(result, null)
      assert.equal(events.length, 1)
      const { strategy, sessionId, userId } = events[0] as SessionEvent
      assert.deepEqual([strategy, sessionId], ['far', 'a'])
      assert.ok(userId === null || userId === record.userId)
    })
  }
})

test('a record whose data is no text is null, and its event names the user', () => {
  const { result, events } = eventsOf(() => checkRecord('far', 'a', { ...record, data: { cart: [] } }))
  assert.equal(result, null)
  assert.deepEqual(events, [{ strategy: 'far', sessionId: 'a', userId: record.userId }])
})
