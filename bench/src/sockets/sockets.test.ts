import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { parseOptions } from '../options.ts'
import type { Restart, Results } from '../results.ts'
import { runBriefly } from '../run.fixture.ts'

describe('a run of the benchmark on sockets', () => {
  let results: Results
  let printed: string
  before(async () => {
    const scenarios = 'sockets,server-killed,answers-lost,theft'
    const only = 'relogin-key-redis,single-use-key'
    ;({ results, printed } = await runBriefly('--only', only, '--scenario', scenarios))
  })

  test('measures each contender, and relates it to none', () => {
    assert.deepEqual(
      results.sockets.map(({ contender }) => contender),
      ['none', 'relogin-key-redis', 'single-use-key'],
    )
    assert.deepEqual(results.throughput, [])
    for (const row of results.sockets) {
      const { resumesPerSecond, signInsPerSecond, cpuMicros, connectP50Ms, rssBytesPerSocket } = row
      const figures = [resumesPerSecond.min, signInsPerSecond.min, cpuMicros.min, connectP50Ms]
      assert.ok(
        figures.every(figure => figure > 0) && Number.isFinite(rssBytesPerSocket),
        JSON.stringify(row),
      )
    }
    const [none, redis, byHand] = results.sockets
    assert.deepEqual(none?.ratioToNone, { median: 1, min: 1, max: 1 })
    assert.equal(Math.round(redis?.storeRoundTrips ?? 0), 2) // a ping may come between
    assert.equal(byHand?.storeRoundTrips, null)
  })

  test('says who is back after a fault, and who was taken for a thief', () => {
    const rowOf = (fault: string, contender: string) =>
      results.restart.find(row => row.fault === fault && row.contender === contender) as Restart
    const outcome = ({ stillSignedIn, acknowledgedWritesLost, wrongUser, reuses }: Restart) => [
      stillSignedIn,
      acknowledgedWritesLost,
      wrongUser,
      reuses,
    ]
    assert.deepEqual(outcome(rowOf('server-killed', 'relogin-key-redis')), [40, 0, 0, 0])
    assert.deepEqual(outcome(rowOf('server-killed', 'single-use-key')), [0, 40, 0, 0])
    assert.deepEqual(outcome(rowOf('answers-lost', 'relogin-key-redis')), [40, 0, 0, 0])
    const lossy = rowOf('answers-lost', 'single-use-key')
    const out = 40 - lossy.stillSignedIn
    assert.ok(out > 0 && lossy.reuses === out && lossy.acknowledgedWritesLost === out, JSON.stringify(lossy))
    assert.match(lossy.note, new RegExp(`answers were lost; ${out} times an honest client was taken for a`))
    assert.equal(results.restart.length, 4)
  })

  test('says what a copied key gives', () => {
    const outcomes = results.theft.map(({ contender, act, worksForMs, note }) => [
      contender,
      act,
      worksForMs === null ? 'lives' : act === 'thief-first' ? worksForMs > 0 : worksForMs,
      /not notice/.test(note),
    ])
    assert.deepEqual(outcomes, [
      ['relogin-key-redis', 'thief-first', true, false],
      ['relogin-key-redis', 'owner-first', 0, false],
      ['relogin-key-redis', 'spent-key', 0, false],
      ['relogin-key-redis', 'store-copy', 0, false],
      ['single-use-key', 'thief-first', true, false],
      ['single-use-key', 'owner-first', 0, false],
      ['single-use-key', 'spent-key', 0, false],
    ])
  })

  test('answers in short, in tables of 100 columns', () => {
    assert.match(printed, /In short.*\n +relogin-key-redis +\d+\.\d µs a relogin, -?\d+ KB a socket; /)
    assert.match(printed, /100 % back \d+\.\d s after a restart/)
    assert.match(printed, /\n +single-use-key +0 % +[\d.]+ %\n/)
    for (const line of printed.split('\n')) assert.ok(line.length <= 100 || line.includes('/'), line)
  })
})

test('who lives on sockets is asked for as any other, beside none of its own kind', () => {
  const asked = (only: string) => {
    const { contenders, socketContenders } = parseOptions(['--only', only])
    return [contenders, socketContenders]
  }
  assert.deepEqual(asked('relogin-key-sqlite'), [[], ['none', 'relogin-key-sqlite']])
  assert.deepEqual(asked('memory'), [['none', 'memory'], []])
  assert.deepEqual(asked('none'), [['none'], ['none']])
})
