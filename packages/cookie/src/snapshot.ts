import type { SessionRecord } from '@sojourn/core'
import { type Ending, keyOf } from './ending.ts'

/** All endings that count, in the memory of this process. */
export class Snapshot {
  readonly #endings = new Map<string, Ending>()
  readonly #onAdded: (ending: Ending) => void

  /** `onAdded` is called with each that ends more than was known. */
  constructor(onAdded: (ending: Ending) => void) {
    this.#onAdded = onAdded
  }

  get size(): number {
    return this.#endings.size
  }

  add(ending: Ending): void {
    const key = keyOf(ending)
    const known = this.#endings.get(key)
    if (known !== undefined && known.floor > ending.floor) return
    const until = Math.max(ending.until, known?.until ?? 0)
    this.#endings.set(key, { ...ending, until })
    if (known === undefined || known.floor < ending.floor) this.#onAdded(ending)
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

  /** Those only that the store has dropped, too: a clock that is wrong for a moment forgets nothing. */
  forgetExpired(now: number, listed: ReadonlySet<string>): void {
    for (const [key, { until }] of this.#endings) {
      if (until <= now && !listed.has(key)) this.#endings.delete(key)
    }
  }

  #ofUser(userId: string | null): Ending | undefined {
    return userId === null ? undefined : this.#endings.get(keyOf({ kind: 'user', id: userId }))
  }
}
