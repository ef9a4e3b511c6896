/** Where work can be made to wait, so that a test decides what happens meanwhile. Open until it is shut. */
export class Gate {
  /** How many wait here. */
  waiting = 0
  #opening: PromiseWithResolvers<void> | null = null

  shut(): void {
    this.#opening ??= Promise.withResolvers()
  }

  open(): void {
    this.#opening?.resolve()
    this.#opening = null
  }

  async pass(): Promise<void> {
    if (this.#opening === null) return
    this.waiting++
    await this.#opening.promise
    this.waiting--
  }
}
