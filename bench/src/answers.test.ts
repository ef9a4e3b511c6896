import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersOf, formatAnswers } from './answers.ts'
import { planted } from './html/results.fixture.ts'
import { complete } from './publish/complete.fixture.ts'
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

test('what a store uses is told beside it, and is in the share; of who asks nothing of it, it is pings', () => {
  const inStore = (contender: string, overhead: number, storeCpuMicros: number, storeRoundTrips: number) => ({
    ...read(contender, overhead),
    storeCpuMicros,
    storeRoundTrips,
  })
  const rows = [
    inStore('redis', 10, 5, 1),
    inStore('express-session-redis', 40, 20, 2),
    read('express-session-memory', 20),
    inStore('database-mariadb', 10, 30, 1),
    inStore('cookie-revocable', 10, 0.4, 0.02),
  ]
  const dear = ['database-postgres', 'express-session-postgres'].map(name => inStore(name, 187.4, 276.6, 2))
  assert.ok(widest(answer(dear)) <= 100)
  const answers = answer(rows)
  assert.match(answers, / redis +10\.0 µs a page view, 5\.0 in store, 0\.25 of express-session-redis\n/)
  assert.match(answers, /10\.0 µs a page view, 30\.0 in store, 2\.00 of express-session-memory\n/)
  assert.match(answers, / cookie-revocable +10\.0 µs a page view\n/)
})

const widest = (text: string) => Math.max(...text.split('\n').map(({ length }) => length))

const gainsOf = (contender: string, results: Results = planted) =>
  answersOf(results)
    .get(contender)
    ?.get.map(({ text }) => text) ?? []

test('a store in a folder is one of this machine: no number of servers is promised', () => {
  assert.deepEqual(gainsOf('database-sqlite').slice(0, 2), [
    'outlives restarts',
    'any number of processes on one machine',
  ])
  assert.equal(gainsOf('redis')[1], 'any number of servers')
  assert.equal(gainsOf('level')[1], 'one process only')
  assert.match(formatAnswers(planted).join('\n'), /any number of processes on one machine/)
})

test('what a crash of the store takes is told of who holds sessions in one', () => {
  assert.equal(gainsOf('redis')[2], 'a crash of Redis as it comes loses what came lately')
  assert.equal(gainsOf('database-postgres')[2], 'a crash of PostgreSQL as it comes loses nothing')
  for (const name of ['cookie-revocable', 'database-sqlite', 'memory'])
    assert.ok(gainsOf(name, complete).every(text => !text.includes('crash')))
})

test('what you pay is above none, for all alike', () => {
  const priceOf = (name: string) =>
    answersOf(planted)
      .get(name)
      ?.pay.map(({ text }) => text)
  assert.deepEqual(priceOf('memory'), [
    '5.4 µs a page view, 0.23 of express-session-memory',
    '7.9 µs a change',
  ])
  assert.deepEqual(priceOf('relogin-key-memory'), ['46.6 µs a relogin, 6 KB a socket'])
  assert.deepEqual(priceOf('resgate-memory'), ['60 µs a relogin'])
})
