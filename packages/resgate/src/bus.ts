import { setImmediate } from 'node:timers/promises'
import {
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node'
import { internalError, ResError } from './res-error.ts'

export interface BusOptions {
  readonly nats: NatsConnection
  /** Instances of one name share the requests. */
  readonly queue: string
  onError(error: unknown): void
}

/** The gateway gives up after 3 s, unless it is told to wait. */
const slowMs = 1000
const patienceMs = 15_000

/** Which service speaks, where several do: gateways do not see it. */
const serviceHeader = 'Service'

/** Whom we answer. A request that asks for the answer anywhere else would have us speak in our own name there. */
const inboxPrefix = '_INBOX.'

/** The service's side of the RES protocol: requests, answers and events over NATS. */
export class Bus {
  readonly #options: BusOptions
  readonly #subscriptions: Subscription[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #ours = headers()
  #flushing: Promise<void> | null = null

  constructor(options: BusOptions) {
    this.#options = options
    this.#ours.set(serviceHeader, options.queue)
  }

  /** Answers each request with what `answer` returns, as `result`, or throws. */
  serve(subject: string, answer: (payload: Uint8Array, subject: string) => Promise<unknown>): void {
    const { nats, queue } = this.#options
    const callback = (error: Error | null, message: Msg) => {
      if (error !== null) return this.#options.onError(error)
      const done = this.#answer(message, answer).finally(() => this.#running.delete(done))
      this.#running.add(done)
    }
    this.#subscriptions.push(nats.subscribe(subject, { queue, callback }))
  }

  /** Hears what any instance of this name tells, itself included. */
  listen(subject: string, listener: (payload: Uint8Array) => void): void {
    const callback = (error: Error | null, { headers, data }: Msg) => {
      // An error thrown here would stop the connection for good.
      try {
        if (error !== null) throw error
        if (headers?.get(serviceHeader) === this.#options.queue) listener(data)
      } catch (error) {
        this.#options.onError(error)
      }
    }
    this.#subscriptions.push(this.#options.nats.subscribe(subject, { callback }))
  }

  async #answer(
    { subject, data, reply }: Msg,
    answer: (payload: Uint8Array, subject: string) => Promise<unknown>,
  ): Promise<void> {
    if (!reply?.startsWith(inboxPrefix)) return
    const timer = setTimeout(() => this.#publish(reply, `timeout:"${patienceMs}"`), slowMs)
    try {
      this.publish(reply, { result: await answer(data, subject) })
    } catch (error) {
      if (!(error instanceof ResError)) this.#options.onError(error)
      const { code, message, data } = error instanceof ResError ? error : internalError()
      this.publish(reply, { error: { code, message, data } })
    } finally {
      clearTimeout(timer)
    }
  }

  publish(subject: string, payload: object): void {
    this.#publish(subject, JSON.stringify(payload))
  }

  /** So that `listen` of all instances hears it. */
  tell(subject: string, payload: object): void {
    this.#publish(subject, JSON.stringify(payload), this.#ours)
  }

  /** While NATS is away, it is lost: see `announce` of the service. */
  #publish(subject: string, text: string, headers?: MsgHdrs): void {
    try {
      this.#options.nats.publish(subject, text, headers && { headers })
    } catch (error) {
      this.#options.onError(error)
    }
  }

  /** Once all that was said before has arrived at NATS. All who ask in one turn of the event loop share one ping. */
  flush(): Promise<void> {
    this.#flushing ??= setImmediate().then(() => {
      this.#flushing = null
      return this.#options.nats.flush()
    })
    return this.#flushing
  }

  /** Takes no more requests, and answers those in hand. */
  async close(): Promise<void> {
    const { nats, onError } = this.#options
    if (nats.isClosed()) return
    await Promise.all(this.#subscriptions.map(subscription => subscription.drain())).catch(onError)
    await Promise.all(this.#running)
    await nats.flush().catch(onError)
  }
}
