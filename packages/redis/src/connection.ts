import { explainLoss, isRefusal } from './fault.ts'

const patienceMs = 1000

/**
 * Why a connection is not ready. Clients queue commands until it is, which rides out a short loss, and would also
 * hide a wrong URL: so those who ask are told why, at once if Redis refuses us, else after a second.
 */
export class Connection {
  readonly #address: string
  readonly #waiting = new Set<(error: unknown) => void>()
  #fault: unknown = null
  #timer: NodeJS.Timeout | undefined
  #isGivenUp = false

  constructor(address: string) {
    this.#address = address
  }

  ready(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#fault = null
    this.#isGivenUp = false
  }

  fail(fault: unknown): void {
    this.#fault = fault
    if (isRefusal(fault)) this.#giveUp()
    else this.#lose()
  }

  /** Sends while the connection is not ready. */
  ask(send: () => Promise<unknown>): Promise<unknown> {
    if (this.#isGivenUp) return Promise.reject(this.#explained())
    this.#lose()
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      // Commands may be sent along with the handshake, and be refused a moment before that is known to have failed.
      const fail = (error: unknown) =>
        setImmediate(() => reject(this.#fault === null ? error : this.#explained()))
      send()
        .finally(() => this.#waiting.delete(reject))
        .then(resolve, fail)
    })
  }

  #lose(): void {
    this.#timer ??= setTimeout(() => this.#giveUp(), patienceMs).unref()
  }

  #giveUp(): void {
    this.#isGivenUp = true
    for (const reject of this.#waiting) reject(this.#explained())
    this.#waiting.clear()
  }

  #explained() {
    return explainLoss(this.#address, this.#fault)
  }
}
