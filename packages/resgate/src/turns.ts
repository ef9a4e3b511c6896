/** What is done for one connection is done one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<T>(cid: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(cid)
    const turn = before === undefined ? task() : before.then(task, task)
    this.#last.set(cid, turn)
    const done = () => {
      if (this.#last.get(cid) === turn) this.#last.delete(cid)
    }
    turn.then(done, done)
    return turn
  }

  /** Once nothing is in hand. */
  async settled(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled(this.#last.values())
  }
}
