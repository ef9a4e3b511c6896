import { SessionError } from '@sojourn/core'
import type { RevocationLog } from './revocation-log.ts'

export interface FollowerSettings {
  readonly pollMs: number
  readonly staleMs: number
  readonly whenStale: 'closed' | 'open'
}

/** Keeps what a process knows of the log fresh: by its signals, and by asking. */
export class Follower {
  /** Whether the log has been read at all. */
  hasRead = false
  readonly #log: RevocationLog
  readonly #settings: FollowerSettings
  readonly #stopListening: () => void
  #reading: Promise<void> | null = null
  #readingNext: Promise<void> | null = null
  #hasFailed = false
  /** By `performance.now()`, as is `#warnAt`. */
  #freshUntil = 0
  #warnAt: number
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(log: RevocationLog, settings: FollowerSettings) {
    this.#log = log
    this.#settings = settings
    this.#warnAt = performance.now() + settings.staleMs
    this.#stopListening = log.onSignal(() => void this.#readFromNow().catch(() => {}))
    void this.#poll()
  }

  /**
   * Null if what is known is fresh, or is to be taken though it is stale.
   *
   * @throws {SessionError} `store_unavailable`
   */
  awaitFresh(): Promise<void> | null {
    if (this.#isFresh || (this.#hasFailed && this.#settings.whenStale === 'open')) return null
    return this.#settle(this.#read())
  }

  /** Reads what is new, fresh or not. Throws as `awaitFresh` does. */
  catchUp(): Promise<void> {
    return this.#settle(this.#readFromNow())
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#stopListening()
  }

  async #settle(reading: Promise<void>): Promise<void> {
    try {
      await reading
    } catch (cause) {
      if (this.#isFresh || this.#settings.whenStale === 'open') return
      throw new SessionError(
        'store_unavailable',
        `Which sessions have ended cannot be read: ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  get #isFresh(): boolean {
    return performance.now() < this.#freshUntil
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #readNow(): Promise<void> {
    const startedAt = performance.now()
    try {
      await this.#log.read()
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
    this.hasRead = true
    this.#hasFailed = false
    this.#freshUntil = this.#warnAt = startedAt + this.#settings.staleMs
  }

  /** What is being read already may have been asked for before something was added. */
  #readFromNow(): Promise<void> {
    if (this.#reading === null) return this.#read()
    const next = () => {
      this.#readingNext = null
      return this.#read()
    }
    this.#readingNext ??= this.#reading.then(next, next)
    return this.#readingNext
  }

  async #poll(): Promise<void> {
    await this.#read().catch(error => this.#warn(error))
    if (this.#isClosed) return
    const ms = this.#settings.pollMs * (0.8 + 0.4 * Math.random())
    this.#timer = setTimeout(() => void this.#poll(), ms).unref()
  }

  /** Once each time that the store fails for so long: those who are honoured meanwhile would not tell. */
  #warn(error: Error): void {
    if (this.#isClosed || performance.now() < this.#warnAt) return
    this.#warnAt = Number.POSITIVE_INFINITY
    const { staleMs, whenStale } = this.#settings
    process.emitWarning(
      `Which sessions have ended could not be read for ${staleMs} ms, and whenStale is ${whenStale}: ${error.message}`,
      { code: 'SOJOURN_REVOCATIONS_STALE' },
    )
  }
}
