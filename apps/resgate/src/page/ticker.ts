import type ResClient from 'resclient'
import type { ResModel } from 'resclient'

const againMs = 1000
const silentMs = 3000

/** The ticker's model, for as long as somebody is signed in. */
export class Ticker {
  /** The last that was heard. */
  seconds: number | null = null
  #heardAt = 0
  readonly #client: ResClient
  readonly #changed: () => void
  #isWanted = false
  #isAsking = false
  #model: ResModel<{ readonly seconds: number }> | null = null

  constructor(client: ResClient, changed: () => void) {
    this.#client = client
    this.#changed = changed
    client.on('connect', () => {
      this.#isAsking = false // what was asked on a connection that is gone is never answered
      this.watch(this.#isWanted)
    })
  }

  get isSilent(): boolean {
    return Date.now() - this.#heardAt > silentMs
  }

  /** Once subscribed, resclient subscribes again on each connection. */
  watch(isWanted: boolean): void {
    this.#isWanted = isWanted
    if (isWanted) void this.#subscribe()
    else this.#leave()
  }

  async #subscribe(): Promise<void> {
    if (this.#isAsking || this.#model !== null || !this.#client.connected) return
    this.#isAsking = true
    const model = await this.#client.get<{ seconds: number }>('ticker.model').catch(() => null)
    this.#isAsking = false
    if (!this.#isWanted) return
    if (model === null) return void setTimeout(() => this.watch(this.#isWanted), againMs)
    this.#model = model
    model.on('change', this.#hear)
    this.#hear()
  }

  #leave(): void {
    this.#model?.off('change', this.#hear)
    this.#model = this.seconds = null
  }

  #hear = (): void => {
    this.seconds = this.#model?.props.seconds ?? null
    this.#heardAt = Date.now()
    this.#changed()
  }
}
