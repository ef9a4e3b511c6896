import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pacesOf } from './latency.ts'
import { runBriefly } from './run.fixture.ts'

test('latency is measured at rates that are the same for all, and at shares of what each can answer', async () => {
  const { results, printed } = await runBriefly('--only', 'memory', '--scenario', 'latency', '--rates', '50')
  const paces = results.latency?.map(({ contender, requestsPerSecond, shareOfCapacity }) => [
    contender,
    shareOfCapacity ?? requestsPerSecond,
  ])
  assert.deepEqual(
    paces,
    ['none', 'memory'].flatMap(contender => [50, 0.25, 0.5, 0.75].map(pace => [contender, pace])),
  )
  for (const row of results.latency ?? []) {
    const times = [row.p50Ms, row.p90Ms, row.p99Ms, row.p999Ms, row.maxMs]
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.ok(row.p50Ms > 0 && row.connections === 32 && row.rounds === 1, JSON.stringify(row))
  }
  assert.match(
    printed,
    /at a fixed rate\?.*\n +contender +at 50\/s +at 25 % +at 50 % +at 75 %\n +none +[\d.]+–[\d.]+ /,
  )
  for (const line of printed.split('\n')) assert.ok(line.length <= 100 || line.includes('latest'), line)
})

test('the rates are those that are asked for, if a contender can keep them up, and shares of what it can', () => {
  assert.deepEqual(pacesOf(4000, [2000, 5000]), [
    { requestsPerSecond: 1000, shareOfCapacity: 0.25 },
    { requestsPerSecond: 2000 },
    { requestsPerSecond: 2000, shareOfCapacity: 0.5 },
    { requestsPerSecond: 3000, shareOfCapacity: 0.75 },
  ])
})
