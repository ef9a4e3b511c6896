import { setTimeout as pause } from 'node:timers/promises'
import { cancel } from './postgres-cancel.ts'
import type { PostgresClient, PostgresQuery, PostgresResult } from './postgres-pool.ts'

/** How long the server may take to cancel what took too long. */
const graceMs = 500

interface Running {
  readonly client: PostgresClient
  /** By `performance.now()`. */
  readonly end: number
  readonly giveUp: (reason: Error) => void
  cancelling: Promise<void> | undefined
}

/**
 * The statements that run, oldest first: those that take longer than `timeoutMs` are cancelled. One timer serves them
 * all: one for each, and one of pg, would cost 1 µs; nor does it cost a promise, as pg calls back.
 */
export class RunningStatements {
  readonly #timeoutMs: number
  readonly #running = new Set<Running>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Runs one on a connection, which is to be given up if that fails, unless the server cancelled it. */
  run(client: PostgresClient, query: PostgresQuery): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      const end = performance.now() + this.#timeoutMs
      const running: Running = { client, end, giveUp: reject, cancelling: undefined }
      client.query(query, (error, result) => {
        this.#running.delete(running)
        const settle = () => (error ? reject(error) : resolve(result))
        if (running.cancelling === undefined) settle()
        else running.cancelling.then(settle) // Lest it end the next statement.
      })
      this.#running.add(running)
      this.#timer ??= this.#wait(this.#timeoutMs)
    })
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#endLate(), ms).unref()
  }

  #endLate(): void {
    this.#timer = undefined
    for (const running of this.#running) {
      const leftMs = running.end - performance.now()
      if (leftMs > 0) {
        this.#timer = this.#wait(Math.ceil(leftMs))
        return
      }
      if (running.cancelling === undefined) void this.#end(running)
    }
  }

  async #end(running: Running): Promise<void> {
    running.cancelling = cancel(running.client, graceMs)
    await pause(graceMs, undefined, { ref: false })
    if (this.#running.has(running)) running.giveUp(new Error('it did not answer in time'))
  }
}
