import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Throughput } from './results.ts'
import { formatSpreads, spreadOfHalves } from './spread-report.ts'

const row = (contender: string, first: number, second: number) =>
  ({ contender, cpuMicros: { min: 20.4, max: 41 }, overheadHalves: [first, second] }) as unknown as Throughput

test('the spread is the difference of the halves, as a share of their mean', () => {
  assert.equal(spreadOfHalves(row('redis', 19, 21)), 0.1)
  assert.equal(spreadOfHalves(row('redis', 21, 19)), 0.1)
  assert.equal(spreadOfHalves(row('redis', -50, 54)), 2) // and never more
  assert.equal(spreadOfHalves(row('none', 0, 0)), null)
  assert.equal(spreadOfHalves(row('memory', -1, 2)), null) // of next to nothing
  assert.equal(spreadOfHalves({}), null) // of a single round
})

test('a wide spread is warned of, a narrow one is told', () => {
  const calm = formatSpreads([row('none', 0, 0), row('memory', 100, 105), row('redis', 100, 100)])
  assert.match(calm, /differ by\s+2 %\s+in the\s+median, by\s+5 %\s+at most/)
  assert.doesNotMatch(calm, /WARNING/)
  assert.match(
    formatSpreads([row('memory', 100, 105), row('redis', 80, 120)]),
    /WARNING: above 10 %: redis 40 %/,
  )
  const restless = formatSpreads([row('none', 0, 0), row('redis', 80, 120)])
  assert.match(restless, /Even none took\s+20 to\s+41\s+µs/)
  assert.equal(formatSpreads([row('none', 0, 0)]), '')
})
