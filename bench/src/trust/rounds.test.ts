import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadProcess } from '../load-process.ts'
import type { ServerProcess } from '../server-process.ts'
import { measureThroughput, type Scenario, scenarios } from '../throughput.ts'

const requests = 1000
const seconds = 4
const warmUpMicros = 77_000

/** Uses up what it is told to for each request, in one round after the other, and something else to warm up. */
class ScriptedServer {
  readonly port: number
  readonly #micros: readonly number[]
  #asked = 0
  #used = 0
  #answered = 0

  constructor(port: number, micros: readonly number[]) {
    this.port = port
    this.#micros = micros
  }

  answer(isRound: boolean): void {
    const micros = isRound ? (this.#micros[this.#asked++] as number) : warmUpMicros
    this.#used += micros * requests
    this.#answered += requests
  }

  usage = async () => ({
    cpuMicros: this.#used,
    storeCpuMicros: this.port === 1 ? null : this.#used / 2,
    requests: this.#answered,
    rssBytes: 1,
    sessions: null,
    longestPauseMs: 0,
  })
}

test('an overhead is against the same round; each round counts, and the warm-up does not', async () => {
  const plain = [10, 5000, 20, 900, 30]
  const planted = [108, 5099, 120, 1001, 180]
  const servers = [new ScriptedServer(1, plain), new ScriptedServer(2, planted)] as const
  const loader = {
    async load(load: { port: number; seconds: number }, atEdge: () => Promise<void>) {
      await atEdge()
      servers[load.port - 1]?.answer(load.seconds === seconds)
      await atEdge()
      const took = load.port * load.seconds
      return { requests, seconds: took, p50Ms: 1, p99Ms: 1, responseBytes: 1, loaderBusy: 0, wrong: null }
    },
  } as unknown as LoadProcess
  const [anonymous] = scenarios.filter(({ name }) => name === 'anonymous') as [Scenario]
  const effort = { rounds: 5, seconds, warmUp: 5000, concurrency: 1, sessionBytes: 200 }
  const [none, row] = await measureThroughput(
    anonymous,
    servers as unknown as ServerProcess[],
    loader,
    effort,
    () => {},
  )
  assert.deepEqual(none?.overheadMicros, { median: 0, min: 0, max: 0 })
  assert.deepEqual(none?.cpuMicros, { median: 30, min: 10, max: 5000 })
  assert.deepEqual(row?.overheadMicros, { median: 100, min: 98, max: 150 })
  assert.deepEqual([none?.storeCpuMicros, row?.storeCpuMicros], [null, 650.8])
  assert.deepEqual(row?.ratioToNone, { median: 0.5, min: 0.5, max: 0.5 })
  assert.deepEqual([none?.rps.median, row?.rps.median], [requests / seconds, requests / seconds / 2])
})
