import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'

export interface ResError {
  readonly code: string
  readonly message: string
  readonly data?: unknown
}

/** A service's answer: with an `error`, else with a `result`. */
export interface Answer {
  readonly result?: unknown
  readonly error?: ResError
}

const timeoutMs = 3000
const notFound = { code: 'system.notFound', message: 'Not found' }
const timedOut = { code: 'system.timeout', message: 'Request timeout' }

/** NATS as Resgate uses it. Callbacks, no promises: what comes in one packet is told in the order it was said. */
export class PeerBus {
  readonly #nats: NatsConnection

  constructor(nats: NatsConnection) {
    this.#nats = nats
  }

  /** Tells the last part of each subject, and what came with it: null where nothing did. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON. What `tell` cannot read is logged and left.
  listen(namespace: string, tell: (event: string, data: any) => void): Subscription {
    return this.#subscribe(`${namespace}.*`, ({ subject }, text) => {
      tell(subject.slice(namespace.length + 1), text === '' ? null : JSON.parse(text))
    })
  }

  /** Calls `done` exactly once. */
  request(subject: string, payload: object, done: (answer: Answer) => void): void {
    let timer: NodeJS.Timeout | undefined
    const inbox = createInbox()
    const answers = this.#subscribe(inbox, ({ headers }, text) => {
      if (text === '' && headers?.code === 503) return end({ error: notFound })
      if (!/^[a-z]/i.test(text)) return end(decode(text))
      const [, ms] = /\btimeout:"(\d+)"/.exec(text) ?? []
      if (ms !== undefined) wait(Number(ms))
    })
    const wait = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(end, ms, { error: timedOut })
    }
    const end = (answer: Answer) => {
      clearTimeout(timer)
      answers.unsubscribe()
      done(answer)
    }
    wait(timeoutMs)
    try {
      this.#nats.publish(subject, JSON.stringify(payload), { reply: inbox })
    } catch (error) {
      end({ error: internalError(error) }) // Larger than NATS takes.
    }
  }

  #subscribe(subject: string, tell: (message: Msg, text: string) => void): Subscription {
    return this.#nats.subscribe(subject, {
      callback: (_, message) => {
        const text = message.string()
        try {
          tell(message, text)
        } catch (error) {
          console.error(`${message.subject} ${text}`, error) // Thrown on, it would stall the whole NATS connection.
        }
      },
    })
  }
}

function decode(text: string): Answer {
  try {
    const { result, error } = JSON.parse(text)
    if (error) return { error: { code: error.code, message: error.message, data: error.data ?? undefined } }
    if (result === undefined) throw new Error('response missing result')
    return { result }
  } catch (error) {
    return { error: internalError(error) }
  }
}

export function internalError(error: unknown): ResError {
  return { code: 'system.internalError', message: `Internal error: ${(error as Error).message}` }
}
