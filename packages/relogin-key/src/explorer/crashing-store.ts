import type { SessionRecord, SessionStore } from '@sojourn/core'

/** One record, that can be put back; its writes can be interrupted and lost. */
export class CrashingStore implements SessionStore {
  readonly name = 'explored'
  readonly traits = { durable: false, shared: false }
  record: SessionRecord | null = null
  /** The record before its last write. */
  past: SessionRecord | null = null
  hasCrashed = false
  hasHappened = false
  readonly #attemptsKept: number
  #writes = 0
  #crash: 'before' | 'after' | null = null
  #comesInAt = 0
  #comeIn: () => Promise<void> = async () => {}

  constructor(attemptsKept: number) {
    this.#attemptsKept = attemptsKept
  }

  restore(record: SessionRecord | null, past: SessionRecord | null): void {
    this.record = record
    this.past = past
    this.hasCrashed = false
    this.hasHappened = false
    this.#writes = 0
    this.#crash = null
    this.#comesInAt = 0
  }

  /** The process dies at its next write: before the store has it, or after. */
  crashAtWrite(when: 'before' | 'after'): void {
    this.#crash = when
  }

  comeInBeforeWrite(nth: number, comeIn: () => Promise<void>): void {
    this.#comesInAt = nth
    this.#comeIn = comeIn
  }

  async read(id: string): Promise<SessionRecord | null> {
    return this.record?.id === id ? this.record : null
  }

  async write(next: SessionRecord): Promise<boolean> {
    await this.#interrupt()
    if ((this.record?.version ?? 0) !== next.version - 1) return false
    this.past = this.record
    this.record = { ...next, attempts: next.attempts.slice(0, this.#attemptsKept) }
    this.#die('after')
    return true
  }

  /** A removal is not lost: that no protocol could mend. */
  async remove(): Promise<void> {
    await this.#interrupt()
    this.record = null
    this.past = null
    this.#die('after')
  }

  async listByUser(): Promise<SessionRecord[]> {
    return this.record === null ? [] : [this.record]
  }

  onRemoved(): () => void {
    return () => {}
  }

  async close(): Promise<void> {}

  async #interrupt(): Promise<void> {
    if (++this.#writes === this.#comesInAt) {
      this.#comesInAt = 0
      this.hasHappened = true
      await this.#comeIn()
    }
    this.#die('before')
  }

  #die(when: 'before' | 'after'): void {
    if (this.#crash !== when) return
    this.#crash = null
    this.hasCrashed = true
    this.hasHappened = true
    throw new Error('The server died.')
  }
}
