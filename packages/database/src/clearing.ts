import { setImmediate } from 'node:timers/promises'
import { type CommonQueries, clearedAtOnce } from './common-queries.ts'
import type { Queries } from './dialect.ts'
import type { Driver, Statement } from './driver.ts'

const everyMs = 60_000
/** For how long one process is the only one to clear, should it never say that it has done. */
const leaseMs = 10 * everyMs
/** Other processes have asked for it by then. */
const keepRemovalsMs = 3_600_000

/** Clears out what has expired: once a minute, whichever process comes first. */
export class Clearing {
  readonly #driver: Driver
  readonly #queries: Queries & CommonQueries
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(driver: Driver, queries: Queries & CommonQueries, now: () => number) {
    this.#driver = driver
    this.#queries = queries
    this.#now = now
  }

  /** To be called at each use. */
  arm(): void {
    if (this.#timer !== undefined || this.#isClosed) return
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.arm()
        this.#takeTurn().catch(() => {}) // The database is away: later, then.
      },
      everyMs * (0.5 + Math.random()),
    ).unref()
  }

  async clear(): Promise<void> {
    const { clear, forgetRemovals } = this.#queries
    await this.#repeat(() => clear(this.#now()))
    if (forgetRemovals !== null) await this.#repeat(() => forgetRemovals(this.#now() - keepRemovalsMs))
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #repeat(createDelete: () => Statement): Promise<void> {
    for (;;) {
      const [deleted] = await this.#driver.run([createDelete()])
      if (this.#isClosed || (deleted?.changed ?? 0) < clearedAtOnce) return
      await setImmediate()
    }
  }

  async #takeTurn(): Promise<void> {
    const start = this.#now()
    const [lease] = await this.#driver.run([this.#queries.lease(start, start + leaseMs)])
    if (lease?.changed !== 1) return
    try {
      await this.clear()
    } finally {
      // Not for all of the minute: the next turn of a single process may come after half of it.
      await this.#driver.run([this.#queries.endLease(start + everyMs / 2)])
    }
  }
}
