import { hash } from 'node:crypto'

export interface ThrottleOptions {
  /** How many failures may come at once. */
  readonly failures: number
  /** How long it takes until as many may come again, in milliseconds. */
  readonly failureMs: number
  now(): number
}

/** Short, however long the text is. */
const keyOf = (text: string) => hash('sha256', text, 'base64url').slice(0, 22)

/** How many are kept in mind. Whoever is forgotten was the first to come. */
const maxKeys = 100_000

/** Lets each key fail so often, and no more, in any stretch of time. Of those who may, nothing is remembered. */
export class Throttle {
  readonly #options: ThrottleOptions
  readonly #costMs: number
  /** When each key is as if nothing had been. */
  readonly #wholeAt = new Map<string, number>()

  constructor(options: ThrottleOptions) {
    this.#options = options
    this.#costMs = options.failureMs / options.failures
  }

  /** How long `text` must wait, in milliseconds; 0 if it need not. Then a failure is taken from it, until `giveBack`. */
  take(text: string): number {
    const { failureMs, now } = this.#options
    const key = keyOf(text)
    const wholeAt = Math.max(this.#wholeAt.get(key) ?? 0, now()) + this.#costMs
    const waitMs = wholeAt - now() - failureMs
    if (waitMs > 0) return waitMs
    this.#set(key, wholeAt)
    return 0
  }

  giveBack(text: string): void {
    const key = keyOf(text)
    const wholeAt = this.#wholeAt.get(key)
    if (wholeAt !== undefined) this.#set(key, wholeAt - this.#costMs)
  }

  #set(key: string, wholeAt: number): void {
    this.#wholeAt.delete(key)
    if (wholeAt > this.#options.now()) this.#wholeAt.set(key, wholeAt)
    const [first] = this.#wholeAt.keys()
    if (this.#wholeAt.size > maxKeys && first !== undefined) this.#wholeAt.delete(first)
  }
}
