import type { SessionRecord } from '@sojourn/core'

/** Of each of the two halves; an entry takes about 200 bytes. */
const capacity = 10_000

type Seen = Pick<SessionRecord, 'id' | 'userId' | 'generation'>

/** The sessions that were in use here lately: those of whose end this process has to be told. */
export class SeenSessions {
  #young = new Map<string, Seen>()
  #old = new Map<string, Seen>()

  add({ id, userId, generation }: Seen): void {
    if (userId === null) return
    if (this.#young.size >= capacity) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, { id, userId, generation })
  }

  delete(id: string): void {
    this.#young.delete(id)
    this.#old.delete(id)
  }

  /** The ids of those for which `hasEnded` holds; they are deleted. */
  takeEnded(hasEnded: (seen: Seen) => boolean): string[] {
    // What is young is newer: an old entry of the same session counts no more.
    const ended = [...new Map([...this.#old, ...this.#young]).values()].filter(hasEnded)
    for (const { id } of ended) this.delete(id)
    return ended.map(({ id }) => id)
  }
}
