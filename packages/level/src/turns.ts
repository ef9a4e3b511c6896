/** Lets what concerns one id happen one after another, and all else at once. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.get(id)?.then(work, work) ?? work()
    this.#last.set(id, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id)
    }
  }
}
