import { setImmediate } from 'node:timers/promises'

const bucketMs = 1000
/** How many ids are looked at before others may run: half a millisecond of work. */
const sliceSize = 250

/** Ids by the second in which they are due, so that clearing out looks at nothing that is not. */
export class ExpiryQueue {
  readonly #buckets = new Map<number, Set<string>>()
  /** No bucket before this one holds anything. */
  #first = Number.POSITIVE_INFINITY

  get isEmpty(): boolean {
    return this.#buckets.size === 0
  }

  /** Adds `id`, and returns the bucket that it is in. */
  add(id: string, expiresAt: number): number {
    const bucket = Math.ceil(expiresAt / bucketMs)
    const ids = this.#buckets.get(bucket)
    if (ids === undefined) this.#buckets.set(bucket, new Set([id]))
    else ids.add(id)
    this.#first = Math.min(this.#first, bucket)
    return bucket
  }

  remove(id: string, bucket: number): void {
    const ids = this.#buckets.get(bucket)
    if (ids?.delete(id) && ids.size === 0) this.#buckets.delete(bucket)
  }

  /** An id of the earliest bucket. */
  first(): string | undefined {
    if (this.isEmpty) return undefined
    while (!this.#buckets.has(this.#first)) this.#first++
    const [id] = this.#buckets.get(this.#first) as Set<string>
    return id
  }

  /** Takes out and hands over each id that was due, a slice at a time, so that others can run in between. */
  async takeDue(now: number, take: (id: string) => void): Promise<void> {
    const due = [...this.#buckets.keys()].filter(bucket => bucket * bucketMs <= now).sort((a, b) => a - b)
    let taken = 0
    for (const bucket of due) {
      const ids = this.#buckets.get(bucket) ?? []
      this.#buckets.delete(bucket)
      for (const id of ids) {
        take(id)
        if (++taken % sliceSize === 0) await setImmediate()
      }
    }
  }
}
