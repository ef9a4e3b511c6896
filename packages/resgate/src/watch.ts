import type { SessionStrategy } from '@sojourn/core'
import type { EndReason, Gateways } from './gateways.ts'

export interface WatchOptions {
  readonly strategy: SessionStrategy
  readonly gateways: Gateways
  readonly idleMs: number
  now(): number
  onError(error: unknown): void
}

/** Of sessions that have ended, the last. */
const maxReasons = 1000

/** How many are looked at in one go. */
const maxLooks = 1000

/** The sessions of connections, so that each that ends is told to the gateways: by all instances, for any may be gone. */
export class Watch {
  readonly #options: WatchOptions
  /** When each is to be looked at. */
  readonly #checkAt = new Map<string, number>()
  readonly #reasons = new Map<string, EndReason>()
  #isLooking = false

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** A connection is in that session, of which the end is expected then: it is looked at. */
  expect(sessionId: string, expiresAt: number): void {
    this.#checkAt.set(sessionId, expiresAt)
  }

  /** Another instance has let a connection into it. */
  hear(sessionId: string): void {
    const { now, idleMs } = this.#options
    if (!this.#checkAt.has(sessionId)) this.#checkAt.set(sessionId, now() + idleMs)
  }

  /** Why a session is going to end, or has. */
  note(sessionId: string, reason: EndReason): void {
    this.#reasons.set(sessionId, reason)
    const [first] = this.#reasons.keys()
    if (this.#reasons.size > maxReasons && first !== undefined) this.#reasons.delete(first)
  }

  /** Where this instance knows it. */
  reasonOf(sessionId: string): EndReason | undefined {
    return this.#reasons.get(sessionId)
  }

  /** Has the gateways ask for its connections, if there are any. */
  ended(sessionId: string, reason: EndReason): void {
    if (!this.#checkAt.delete(sessionId)) return
    if (!this.#reasons.has(sessionId)) this.note(sessionId, reason)
    this.#options.gateways.check([sessionId], this.#reasons.get(sessionId) ?? reason)
  }

  /** Looks at those that may have expired. */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    const now = this.#options.now()
    const due = [...this.#checkAt].filter(([, checkAt]) => checkAt <= now).slice(0, maxLooks)
    await Promise.all(due.map(([sessionId]) => this.#look(sessionId))).catch(this.#options.onError)
    this.#isLooking = false
  }

  async #look(sessionId: string): Promise<void> {
    const record = await this.#options.strategy.directory?.find(sessionId)
    if (record) this.expect(sessionId, Math.min(record.expiresAt, record.deadline))
    else this.ended(sessionId, 'expired')
  }
}
