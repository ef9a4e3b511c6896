import { setImmediate } from 'node:timers/promises'

const secondMs = 1000
const hourMs = 3_600_000
/** Within this, buckets are of a second: it covers the usual idle times, which would else share few, huge buckets. */
const nearMs = 2 * hourMs
/** How many ids are looked at before others may run: half a millisecond of work. */
const sliceSize = 250

/**
 * Ids by when to look at them again: to the second in the coming two hours, by the hour beyond them. So there are never
 * many buckets, and clearing out looks at nothing that is not due.
 */
export class ExpiryQueue {
  readonly #buckets = new Map<number, Set<string>>()
  /** Their times, earliest first. */
  readonly #times: number[] = []

  get isEmpty(): boolean {
    return this.#times.length === 0
  }

  /** Adds `id`, and returns the time of the bucket that it is in. */
  add(id: string, expiresAt: number, now: number): number {
    const time =
      expiresAt - now < nearMs
        ? Math.ceil(expiresAt / secondMs) * secondMs
        : Math.floor(expiresAt / hourMs) * hourMs
    const ids = this.#buckets.get(time)
    if (ids !== undefined) ids.add(id)
    else {
      this.#buckets.set(time, new Set([id]))
      this.#times.splice(this.#times.findLastIndex(earlier => earlier < time) + 1, 0, time)
    }
    return time
  }

  remove(id: string, time: number): void {
    this.#buckets.get(time)?.delete(id)
  }

  /** An id of the earliest bucket. */
  first(): string | undefined {
    for (let ids = this.#earliest(); ids !== undefined; ids = this.#earliest()) {
      const [id] = ids
      if (id !== undefined) return id
      this.#takeEarliest()
    }
    return undefined
  }

  /** Takes out and hands over each id that is due, a slice at a time, so that others can run in between. */
  async takeDue(now: number, take: (id: string) => void): Promise<void> {
    let taken = 0
    while ((this.#times[0] ?? Number.POSITIVE_INFINITY) <= now) {
      for (const id of this.#takeEarliest()) {
        take(id)
        if (++taken % sliceSize === 0) await setImmediate()
      }
    }
  }

  #earliest(): Set<string> | undefined {
    const [time] = this.#times
    return time === undefined ? undefined : this.#buckets.get(time)
  }

  #takeEarliest(): Set<string> {
    const time = this.#times.shift() as number
    const ids = this.#buckets.get(time) as Set<string>
    this.#buckets.delete(time)
    return ids
  }
}
