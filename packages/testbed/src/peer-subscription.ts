import type { Answer, ResError } from './peer-bus.ts'
import type { Model, PeerCache, Reader } from './peer-cache.ts'

const accessDenied = { code: 'system.accessDenied', message: 'Access denied' }
const deleted = { code: 'system.deleted', message: 'Deleted' }

export interface Subscriber {
  askAccess(name: string, done: (answer: Answer) => void): void
  send(message: object): void
  /** Ends so many of the reads. */
  release(subscription: PeerSubscription, reads: number): void
}

interface Loaded {
  readonly model: Model | null
  readonly error: ResError | null
}

/** What one connection knows of a resource: its right to it, and what of it the client has. */
export class PeerSubscription implements Reader {
  /** As the client names it: `session.user.{cid}`. */
  readonly rid: string
  reads = 0
  readonly #name: string
  readonly #subscriber: Subscriber
  #stopReading: (() => void) | undefined
  #isEnded = false
  #access: Answer | null = null
  #onAccess: ((answer: Answer) => void)[] = []
  #loaded: Loaded | null = null
  #onLoaded: ((loaded: Loaded) => void)[] = []
  #isSent = false
  #isReaccessing = false
  #mustReaccess = false
  /** Wait until the client has the model, and until it is known that it still may. */
  #events: [string, unknown][] = []

  constructor(rid: string, name: string, subscriber: Subscriber) {
    this.rid = rid
    this.#name = name
    this.#subscriber = subscriber
  }

  read(cache: PeerCache, done: (answer: Answer) => void): void {
    this.#whenAccessKnown(access => {
      const denial = denialOfGet(access)
      if (denial !== null) return done({ error: denial })
      this.#whenLoaded(({ model, error }) => {
        if (error !== null) return done({ error })
        done({ result: this.#isSent ? {} : { models: { [this.rid]: model } } })
        this.#isSent = true
        this.#sendEvents()
      })
    })
    if (!this.#isEnded) this.#stopReading ??= cache.read(this.#name, this)
  }

  checkCall(action: string, done: (denial: ResError | null) => void): void {
    this.#whenAccessKnown(({ result, error }) => {
      const call = `${Object(result).call ?? ''}`
      done(error ?? (call === '*' || call.split(',').includes(action) ? null : accessDenied))
    })
  }

  end(): void {
    this.#isEnded = true
    this.#events = []
    this.#stopReading?.()
  }

  loaded(model: Model | null, error: ResError | null): void {
    this.#loaded = { model, error }
    for (const done of this.#onLoaded.splice(0)) done(this.#loaded)
  }

  event(name: string, data: unknown): void {
    this.#events.push([name, data])
    this.#sendEvents()
  }

  reaccess(): void {
    this.#mustReaccess = true
    this.#sendEvents()
  }

  #sendEvents(): void {
    while (this.#isSent && !this.#isReaccessing && !this.#isEnded) {
      if (this.#mustReaccess) {
        this.#checkAgain()
        continue
      }
      const event = this.#events.shift()
      if (event === undefined) return
      const [name, data] = event
      this.#subscriber.send({ event: `${this.rid}.${name}`, data })
      if (name === 'delete') this.#unsubscribe(deleted)
    }
  }

  #checkAgain(): void {
    this.#mustReaccess = false
    this.#isReaccessing = true
    this.#access = null
    this.#whenAccessKnown(access => {
      this.#isReaccessing = false
      const denial = denialOfGet(access)
      if (denial !== null) this.#unsubscribe(denial)
      this.#sendEvents()
    })
  }

  #unsubscribe(reason: ResError): void {
    this.#subscriber.release(this, this.reads)
    this.#subscriber.send({ event: `${this.rid}.unsubscribe`, data: { reason } })
  }

  #whenAccessKnown(done: (access: Answer) => void): void {
    if (this.#access !== null) return done(this.#access)
    if (this.#onAccess.push(done) > 1) return
    this.#subscriber.askAccess(this.#name, access => {
      if (this.#isEnded) return
      if (access.error === undefined || access.error.code === accessDenied.code) this.#access = access
      for (const done of this.#onAccess.splice(0)) done(access)
    })
  }

  #whenLoaded(done: (loaded: Loaded) => void): void {
    if (this.#loaded === null) this.#onLoaded.push(done)
    else done(this.#loaded)
  }
}

const denialOfGet = ({ result, error }: Answer): ResError | null =>
  error ?? (Object(result).get === true ? null : accessDenied)
