import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadProcess } from './load-process.ts'
import type { ServerProcess } from './server-process.ts'
import { measureThroughput, scenarios } from './throughput.ts'

test('a sample without an answer is taken again, for longer, and is no figure', async () => {
  const asked: number[] = []
  const report = { p50Ms: 1, p99Ms: 1, responseBytes: 1, loaderBusy: 0, wrong: null }
  const loader = {
    async load({ seconds }: { seconds: number }, atEdge: () => Promise<void>) {
      asked.push(seconds)
      await atEdge()
      await atEdge()
      return { ...report, seconds, requests: seconds < 1 ? 0 : 100 }
    },
  } as unknown as LoadProcess
  let cpuMicros = 0
  let requests = 0
  const usage = async () => {
    cpuMicros += 1000
    requests += 100
    return { cpuMicros, requests, rssBytes: 1 }
  }
  const none = { contender: 'none', port: 1, usage } as unknown as ServerProcess
  const anonymous = scenarios.filter(({ name }) => name === 'anonymous')
  const effort = { rounds: 1, seconds: 0.25, warmUp: 100, concurrency: 1, sessionBytes: 200 }
  const [row] = await measureThroughput(
    anonymous[0] as (typeof scenarios)[number],
    [none],
    loader,
    effort,
    () => {},
  )
  assert.deepEqual(asked, [0.5, 1, 0.25, 0.5, 1])
  assert.deepEqual([row?.rps.median, row?.cpuMicros.median], [100, 10])
})
