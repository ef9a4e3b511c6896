import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAnswers } from './answers.ts'
import { type Results, spreadOf } from './results.ts'

const read = (contender: string, overheadMicros: number) => ({
  contender,
  scenario: 'read',
  overheadMicros: spreadOf([overheadMicros]),
  ratioToNone: spreadOf([0.5]),
})

const answer = (throughput: object[]) =>
  formatAnswers({ throughput, restart: [], theft: [], sockets: [], resgate: [] } as unknown as Results).join(
    '\n',
  )

test('ours is set beside what people run in its place, if that was measured', () => {
  const rows = [read('memory', 5), read('redis', 10), read('express-session-memory', 20)]
  const answers = answer(rows)
  assert.match(answers, /\n {2}memory +5\.0 µs a page view, 0\.25 of express-session-memory\n/)
  assert.match(answers, /\n {2}redis +10\.0 µs a page view\n/)
})

test('no share is told of a peer that cost nothing to speak of', () => {
  assert.match(answer([read('memory', 5), read('express-session-memory', -1)]), /5\.0 µs a page view\n/)
})
