import assert from 'node:assert/strict'
import { headers, type NatsConnection } from '@nats-io/transport-node'
import { eventually } from '@sojourn/conformance'

/** One message on NATS: subject and payload. Of answers, the subject is `answer`. */
export type Heard = readonly [subject: string, payload: unknown]

export interface Answer {
  readonly result?: { readonly reloginKey?: string; readonly model?: object; readonly get?: boolean } | null
  readonly error?: { readonly code: string; readonly message: string; readonly data?: object }
}

let lastCid = 0

/** A gateway as seen from NATS: it asks in the name of connections, and keeps their tokens. Hears all that is said. */
export class Gateway {
  readonly heard: Heard[] = []
  readonly #nats: NatsConnection
  readonly #tokens = new Map<string, { readonly token: unknown; readonly tid: string }>()
  readonly cookies = new Map<string, string>()
  /** How long it waits for an answer: real ones, 3 s. As it hears all, NATS never tells it that nobody serves. */
  patienceMs = 20_000
  /** The checks that `system.tokenReset` asked for. */
  readonly checks: Promise<unknown>[] = []

  constructor(nats: NatsConnection) {
    this.#nats = nats
    nats.subscribe('>', {
      callback: (_, { subject, data }) => {
        const isAnswer = subject.startsWith('_INBOX.')
        const text = new TextDecoder().decode(data)
        if (isAnswer && text.startsWith('timeout:')) this.heard.push(['pre-response', text])
        else if (!/^(apart|auth|access|get)\./.test(subject)) {
          this.heard.push([isAnswer ? 'answer' : subject, JSON.parse(text)])
        }
        const [kind, cid = '', what] = subject.split('.')
        if (kind === 'conn' && what === 'token') this.#tokens.set(cid, { tid: '', ...JSON.parse(text) })
        if (subject === 'system.tokenReset') this.#reset(JSON.parse(text))
      },
    })
  }

  /** A client that has connected. */
  connect(cookie?: string): string {
    const cid = `cid${lastCid++}`
    if (cookie !== undefined) this.cookies.set(cid, cookie)
    return cid
  }

  disconnect(cid: string): void {
    this.#tokens.delete(cid)
  }

  tokenOf(cid: string): unknown {
    return this.#tokens.get(cid)?.token ?? null
  }

  /** An auth request, as of a client. */
  auth(cid: string, method: string, params: unknown = null): Promise<Answer> {
    return this.ask(`auth.session.${method}`, { params, ...this.#describe(cid) })
  }

  login(cid: string, username: string, password = username): Promise<Answer> {
    return this.auth(cid, 'login', { username, password })
  }

  relogin(cid: string, reloginKey: unknown, attempt?: unknown): Promise<Answer> {
    return this.auth(cid, 'relogin', attempt === undefined ? { reloginKey } : { reloginKey, attempt })
  }

  access(cid: string, ofCid = cid): Promise<Answer> {
    return this.ask(`access.session.user.${ofCid}`, { token: this.tokenOf(cid), cid })
  }

  async userOf(cid: string): Promise<unknown> {
    const { result } = await this.ask(`get.session.user.${cid}`, {})
    return result?.model
  }

  async ask(subject: string, payload: object | string): Promise<Answer> {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const inbox = `_INBOX.${crypto.randomUUID()}`
    return new Promise((resolve, reject) => {
      const subscription = this.#nats.subscribe(inbox, {
        timeout: this.patienceMs,
        callback: (error, message) => {
          if (error !== null) return reject(error)
          const answer = new TextDecoder().decode(message.data)
          if (answer.startsWith('timeout:')) return
          subscription.unsubscribe()
          resolve(JSON.parse(answer))
        },
      })
      this.#nats.publish(subject, text, { reply: inbox })
    })
  }

  publish(subject: string, payload: object | string, reply?: string, service?: string): void {
    const ofService = headers()
    ofService.set('Service', service ?? '')
    this.#nats.publish(subject, typeof payload === 'string' ? payload : JSON.stringify(payload), {
      ...(reply !== undefined && { reply }),
      ...(service !== undefined && { headers: ofService }),
    })
  }

  /** What was said since the last time, once the answers to all of it are there. */
  async take(): Promise<Heard[]> {
    await this.#nats.flush()
    return this.heard.splice(0)
  }

  /** Waits until `cid` holds what `isRight` wants. */
  async until(cid: string, isRight: (token: unknown) => boolean, what: string): Promise<void> {
    await eventually(() => isRight(this.tokenOf(cid)), what)
  }

  #describe(cid: string) {
    const cookie = this.cookies.get(cid)
    const header = { Origin: ['http://localhost:8086'], ...(cookie ? { Cookie: [cookie] } : {}) }
    const connection = { host: 'localhost:8080', remoteAddr: '127.0.0.1:60732', uri: '/' }
    return { token: this.tokenOf(cid), cid, header, ...connection }
  }

  #reset({ tids, subject }: { readonly tids: readonly string[]; readonly subject: string }): void {
    for (const [cid, { tid }] of this.#tokens) {
      if (tids.includes(tid)) this.checks.push(this.ask(subject, this.#describe(cid)))
    }
  }
}

export const nulls = { values: { id: null, name: null, role: null } }

export function keyOf({ result, error }: Answer): string {
  assert.equal(error, undefined)
  assert.ok(result?.reloginKey)
  return result.reloginKey
}
