import { createHistogram } from 'node:perf_hooks'
import type { LoadReport } from './load-process.ts'

/** What a load has met since it was started: what came before made connections, which costs, and takes time. */
export class Tally {
  readonly #latency = createHistogram()
  readonly #begun = new WeakSet<object>()
  readonly #failed = Promise.withResolvers<void>()
  readonly #allBegun = Promise.withResolvers<void>()
  readonly #connections: number
  #begunCount = 0
  #isStarted = false
  #requests = 0
  #bytes = 0
  #wrong: string | null = null
  #startedAt = 0
  #cpuBefore = process.cpuUsage()

  constructor(connections: number) {
    this.#connections = connections
  }

  /** Once each connection has been answered, or all is lost. */
  get hasBegun(): Promise<unknown> {
    return Promise.race([this.#allBegun.promise, this.#failed.promise])
  }

  get hasFailed(): Promise<void> {
    return this.#failed.promise
  }

  start(): void {
    this.#isStarted = true
    this.#startedAt = performance.now()
    this.#cpuBefore = process.cpuUsage()
  }

  take(connection: object, bytes: number, ms: number): void {
    const isFirst = !this.#begun.has(connection)
    if (isFirst) {
      this.#begun.add(connection)
      if (++this.#begunCount === this.#connections) this.#allBegun.resolve()
    }
    if (!this.#isStarted) return
    this.#requests++
    this.#bytes += bytes
    if (!isFirst) this.#latency.record(Math.max(1, Math.round(ms * 1000)))
  }

  fail(fault: string): void {
    this.#wrong ??= fault
    this.#failed.resolve()
  }

  report(): LoadReport {
    const seconds = (performance.now() - this.#startedAt) / 1000
    const { user, system } = process.cpuUsage(this.#cpuBefore)
    return {
      requests: this.#requests,
      seconds,
      p50Ms: this.#latency.percentile(50) / 1000,
      p99Ms: this.#latency.percentile(99) / 1000,
      responseBytes: this.#bytes / this.#requests,
      loaderBusy: (user + system) / 1e6 / seconds,
      wrong: this.#wrong,
    }
  }
}
