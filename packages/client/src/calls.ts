import type { Alarms, Stop } from './alarms.ts'
import { ClientError } from './options.ts'

interface Call {
  readonly text: string
  readonly wantsAnswer: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: ClientError) => void
  isSent: boolean
}

/** What has been asked and is not answered yet, and what could not be sent yet. Each call has its time. */
export class Calls {
  readonly #alarms: Alarms
  readonly #timeoutMs: number
  readonly #calls = new Map<number, Call>()
  #lastId = 0

  constructor(alarms: Alarms, timeoutMs: number) {
    this.#alarms = alarms
    this.#timeoutMs = timeoutMs
  }

  /** With `send`, it is sent at once. Rejects with what JSON cannot carry. A `tell` resolves when it is sent. */
  add(kind: string, args: readonly unknown[], send?: (text: string) => void): Promise<unknown> {
    if (this.#alarms.isClosed) throw new ClientError('closed')
    const id = ++this.#lastId
    const wantsAnswer = kind !== 'tell'
    return new Promise((resolve, reject) => {
      const text = JSON.stringify(wantsAnswer ? [kind, id, ...args] : [kind, ...args])
      const stop: Stop = this.#alarms.after(this.#timeoutMs, () => this.refuse(id, 'timeout'))
      const end =
        <T>(settle: (outcome: T) => void) =>
        (outcome: T) => {
          stop()
          this.#calls.delete(id)
          settle(outcome)
        }
      this.#calls.set(id, { text, wantsAnswer, resolve: end(resolve), reject: end(reject), isSent: !!send })
      send?.(text)
    })
  }

  /** Sends all that wait. */
  flush(send: (text: string) => void): void {
    for (const call of this.#calls.values()) {
      if (call.isSent) continue
      send(call.text)
      call.isSent = true
      if (!call.wantsAnswer) call.resolve(undefined)
    }
  }

  answer(id: number, value: unknown): void {
    this.#calls.get(id)?.resolve(value)
  }

  refuse(id: number, code: string, message?: string): void {
    this.#calls.get(id)?.reject(new ClientError(code, message))
  }

  /** Rejects those that were sent; with `unsentCode`, the others as well. */
  fail(sentCode: string, unsentCode?: string): void {
    for (const { isSent, reject } of this.#calls.values()) {
      const code = isSent ? sentCode : unsentCode
      if (code) reject(new ClientError(code))
    }
  }
}
