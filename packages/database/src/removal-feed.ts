import { createListeners } from '@sojourn/core'
import type { CommonQueries } from './common-queries.ts'
import type { Driver } from './driver.ts'
import { fromText } from './row.ts'

/** How often databases without messages are asked. */
const pollMs = 500
/** A removal of a lower number may be seen after one of a higher: that far back is looked again. */
const lookBackMs = 3000
/** For how long it is remembered what was told: longer than looked back. */
const rememberMs = 30_000

/** Tells of removals, once of each: of our own at once, of those of other processes as the database tells. */
export class RemovalFeed {
  readonly #follow: () => () => Promise<void>
  readonly #listeners = createListeners()
  #count = 0
  #stop: (() => Promise<void>) | null = null
  /** What was told lately, and before: two, so that forgetting is cheap. */
  #told = new Set<string>()
  #toldBefore = new Set<string>()
  #toldSince = performance.now()
  #isClosed = false

  constructor(driver: Driver, queries: CommonQueries, table: string) {
    const tell = (text: string) => this.tell(String(fromText(text)))
    this.#follow = () => driver.listen?.(table, tell) ?? poll(driver, queries, tell)
  }

  add(listener: (id: string) => void): () => void {
    const remove = this.#listeners.add(listener)
    this.#count++
    if (!this.#isClosed) this.#stop ??= this.#follow()
    let isListening = true
    return () => {
      remove()
      if (!isListening) return
      isListening = false
      if (--this.#count === 0) void this.#rest()
    }
  }

  tell(id: string): void {
    if (this.#told.has(id) || this.#toldBefore.has(id)) return
    if (performance.now() - this.#toldSince > rememberMs) {
      this.#toldBefore = this.#told
      this.#told = new Set()
      this.#toldSince = performance.now()
    }
    this.#told.add(id)
    this.#listeners.tell(id)
  }

  /** There is a record of that id once more. */
  forget(id: string): void {
    this.#told.delete(id)
    this.#toldBefore.delete(id)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#rest()
  }

  async #rest(): Promise<void> {
    const stop = this.#stop
    this.#stop = null
    await stop?.()
  }
}

function poll(driver: Driver, queries: CommonQueries, tell: (text: string) => void): () => Promise<void> {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  /** The last number that was seen: null before the first look; and that from where it is looked again. */
  let last: number | null = null
  let [from, next, since] = [0, 0, 0]

  async function look(): Promise<void> {
    if (last === null) {
      const [found] = await driver.run([queries.lastRemoval])
      last = from = next = Number(found?.rows[0]?.[0])
      since = performance.now()
      return
    }
    const [found] = await driver.run([queries.removalsAfter(from)])
    for (const [number, text] of isStopped ? [] : (found?.rows ?? [])) {
      last = Number(number)
      tell(String(text))
    }
    if (performance.now() - since > lookBackMs) [from, next, since] = [next, last, performance.now()]
  }

  async function live(): Promise<void> {
    await look().catch(() => {}) // The database is away: later, then.
    if (!isStopped) timer = setTimeout(() => void live(), pollMs * (0.8 + 0.4 * Math.random())).unref()
  }

  void live()
  return async () => {
    isStopped = true
    clearTimeout(timer)
  }
}
