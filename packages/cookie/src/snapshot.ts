import type { SessionRecord } from '@sojourn/core'
import { type Ending, keyOf } from './ending.ts'

const sweepMs = 60_000

/** All endings that count, in the memory of this process. */
export class Snapshot {
  readonly #endings = new Map<string, Ending>()
  #sweptAt = 0

  /** False if that, or a later one of its subject, was known. */
  add(ending: Ending): boolean {
    const key = keyOf(ending)
    if ((this.#endings.get(key)?.floor ?? -1) >= ending.floor) return false
    this.#endings.set(key, ending)
    return true
  }

  hasEnded({ id, userId, generation }: Pick<SessionRecord, 'id' | 'userId' | 'generation'>): boolean {
    if (this.#endings.size === 0) return false
    if (generation < (this.#endings.get(keyOf({ kind: 'session', id }))?.floor ?? 0)) return true
    const ofAll = this.#ofUser(userId)
    if (ofAll === undefined) return false
    return generation < (ofAll.except === id ? ofAll.exceptFloor : ofAll.floor)
  }

  /** The lowest generation that a session of this user may begin with. */
  floorOf(userId: string | null): number {
    return this.#ofUser(userId)?.floor ?? 0
  }

  forgetExpired(now: number): void {
    if (Math.abs(now - this.#sweptAt) < sweepMs) return
    this.#sweptAt = now
    for (const [key, { until }] of this.#endings) if (until <= now) this.#endings.delete(key)
  }

  #ofUser(userId: string | null): Ending | undefined {
    return userId === null ? undefined : this.#endings.get(keyOf({ kind: 'user', id: userId }))
  }
}
