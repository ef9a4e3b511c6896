import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseOptions } from '../options.ts'
import { steadyChecks } from './checks.ts'
import { selfTest } from './command.ts'
import { type Reading, readsExactly, readsNear } from './reading.ts'
import { formatJudged, judge } from './self-test.ts'
import { judgeSpread } from './spread.ts'
import { Stand } from './stand.ts'

describe('what is planted is reported at its size', { concurrency: 4 }, () => {
  for (const check of steadyChecks) {
    test(check.name, async () => {
      await using stand = new Stand()
      for (const { what, planted, measured, isRight, note } of await judge(check, stand)) {
        assert.ok(isRight, `${what}: ${planted} is planted, and ${measured} measured. ${note ?? ''}`)
      }
    })
  }
})

describe('a reading', () => {
  const stand = {} as Stand
  const pause = (ms: number) => readsNear('a pause, ms', 200, 40, ms, 'makes it more')
  const lost = (count: number) => readsExactly('lost', 30, count)

  async function verdictsOf(...attempts: Reading[][]): Promise<string[]> {
    const left = attempts.values()
    const judged = await judge({ name: 'a check', read: async () => left.next().value ?? [] }, stand)
    return judged.map(({ verdict }) => verdict)
  }

  test('that is off is told so; what noise can have done is read again, three times at most', async () => {
    assert.deepEqual(await verdictsOf([pause(201), lost(30)]), ['right', 'right'])
    assert.deepEqual(await verdictsOf([pause(300)], [pause(201)]), ['right, try 2'])
    assert.deepEqual(await verdictsOf([pause(300)], [pause(300)], [pause(300)], [pause(201)]), ['OFF, try 3'])
    assert.deepEqual(await verdictsOf([pause(36)], [pause(201)]), ['OFF'])
    assert.deepEqual(await verdictsOf([lost(29)], [lost(30)]), ['OFF'])
    assert.deepEqual(await verdictsOf([pause(300), lost(29)], [pause(201), lost(30)]), ['OFF', 'OFF'])
  })

  test('that fails is off, with its words', async () => {
    const fails = { name: 'a check', read: () => Promise.reject(new Error('no answer')) }
    const [reading] = await judge(fails, stand)
    assert.deepEqual([reading?.verdict, reading?.note], ['OFF', 'no answer'])
  })

  test('is near up to its tolerance', () => {
    const isNear = (measured: number) => readsNear('µs', 100, 15, measured, 'makes it more').isRight
    assert.deepEqual([84.9, 85, 115, 115.1, Number.NaN].map(isNear), [false, true, true, false, false])
    assert.deepEqual(
      [
        [10, 11],
        [10, 11.2],
        [-1, 1],
      ].map(runs => judgeSpread(runs).isRight),
      [true, false, false],
    )
  })
})

test('the table fits 100 columns, and says how much is off', async () => {
  const off = {
    ...readsNear('a busy loop for each page: overhead, µs', 100, 15, 173.71, 'makes it more'),
    verdict: 'OFF, try 3',
  }
  const spread = { ...judgeSpread([113.2, 125.1]), verdict: 'told' }
  const table = formatJudged([off, spread], 0.93)
  assert.match(table, /overhead, µs +100 ± 15 +173\.7 +OFF, try 3\n/)
  assert.match(table, /1 of 2 READINGS ARE OFF/)
  assert.match(table, /takes 93 % more processor time [^.]* told, and not\s+judged/)
  for (const line of table.split('\n')) assert.ok(line.length <= 100, line)
})

test('the self-test takes no options, and no run takes what is planted', async () => {
  assert.equal(await selfTest(['--self-test', '--full']), 2)
  assert.throws(() => parseOptions(['--only', 'memory+busy-loop']), /there is no memory\+busy-loop/)
})
