import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { Answer, PeerBus } from './peer-bus.ts'
import type { PeerCache } from './peer-cache.ts'
import { PeerSubscription, type Subscriber } from './peer-subscription.ts'

/** Printable ASCII without `*`, `.`, `>`, `?`. */
const part = '[!-)+,\\-/-=@-~]+'
const readMethod = new RegExp(`^(subscribe|unsubscribe|get)\\.(${part}(?:\\.${part})*)$`)
const callMethod = new RegExp(`^(call|auth)\\.(${part}(?:\\.${part})*)\\.(${part})$`)
const readsLimit = 256

const invalidRequest = { code: 'system.invalidRequest', message: 'Invalid request' }
const invalidParams = { code: 'system.invalidParams', message: 'Invalid parameters' }
const unsupportedProtocol = { code: 'system.unsupportedProtocol', message: 'Unsupported protocol' }
const noSubscription = { code: 'system.noSubscription', message: 'No subscription' }
const limitExceeded = { code: 'system.subscriptionLimitExceeded', message: 'Subscription limit exceeded' }

/** One client: the RES client protocol to it, the RES service protocol on its behalf. */
export class PeerConnection implements Subscriber {
  readonly #cid = Array.from(randomBytes(20), byte => (byte % 32).toString(32)).join('')
  readonly #socket: WebSocket
  readonly #http: object
  readonly #bus: PeerBus
  readonly #cache: PeerCache
  readonly #subscriptions = new Map<string, PeerSubscription>()
  /** Undefined until the first token event. */
  #token: unknown
  #tid: unknown
  #protocol = 1_001_001

  constructor(socket: WebSocket, request: IncomingMessage, bus: PeerBus, cache: PeerCache) {
    this.#socket = socket
    this.#http = describe(request)
    this.#bus = bus
    this.#cache = cache
    const events = bus.listen(`conn.${this.#cid}`, (event, data) => {
      if (event === 'token') this.#setToken(data ?? {})
    })
    socket.on('message', data => this.#receive(`${data}`))
    socket.on('error', () => {}) // Told by its close.
    socket.on('close', () => {
      events.unsubscribe()
      for (const subscription of this.#subscriptions.values()) subscription.end()
    })
  }

  /** `system.tokenReset` */
  resetToken(tids: ReadonlySet<unknown>, subject: string): void {
    if (this.#tid && tids.has(this.#tid)) this.#bus.request(subject, this.#describe(), () => {})
  }

  askAccess(name: string, done: (answer: Answer) => void): void {
    this.#bus.request(`access.${name}`, { token: this.#token ?? null, cid: this.#cid }, done)
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message))
  }

  release(subscription: PeerSubscription, reads: number): void {
    subscription.reads -= reads
    if (subscription.reads > 0) return
    this.#subscriptions.delete(subscription.rid)
    subscription.end()
  }

  #setToken({ token, tid }: { token?: unknown; tid?: unknown }): void {
    if (typeof (tid ?? '') !== 'string') throw new TypeError('tid is no string')
    const isFirst = this.#token === undefined
    this.#token = token
    this.#tid = tid
    if (!isFirst) for (const subscription of this.#subscriptions.values()) subscription.reaccess()
  }

  #receive(text: string): void {
    const { id, method = '', params = null } = parse(text)
    if (!Number.isInteger(id) || typeof method !== 'string') return
    const [, verb, rid = '', action = ''] = readMethod.exec(method) ?? callMethod.exec(method) ?? ['', method]
    const reply = ({ result, error }: Answer) => this.send(error ? { error, id } : { result, id })
    if (verb === 'version') reply(this.#setVersion(params))
    else if (verb === 'subscribe') this.#read(rid, 0, reply)
    else if (verb === 'get') this.#read(rid, 1, reply)
    else if (verb === 'unsubscribe') reply(this.#unsubscribe(rid, params))
    else if (verb === 'auth') this.#auth(rid, action, params, reply)
    else if (verb === 'call') this.#call(rid, action, params, reply)
    else reply({ error: invalidRequest })
  }

  #setVersion(params: unknown): Answer {
    const { protocol = '' } = Object(params)
    if (protocol !== '') {
      if (!/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(protocol)) return { error: invalidParams }
      if (!protocol.startsWith('1.')) return { error: unsupportedProtocol }
      this.#protocol = protocol.split('.').reduce((sum: number, part: string) => sum * 1000 + Number(part), 0)
    }
    return { result: { protocol: '1.2.3' } }
  }

  #read(rid: string, readsToEnd: number, reply: (answer: Answer) => void): void {
    const subscription = this.#subscriptions.get(rid) ?? this.#createSubscription(rid)
    if (subscription.reads >= readsLimit) return reply({ error: limitExceeded })
    subscription.reads++
    this.#subscriptions.set(rid, subscription)
    subscription.read(this.#cache, answer => {
      reply(answer)
      this.release(subscription, answer.error ? 1 : readsToEnd)
    })
  }

  #unsubscribe(rid: string, params: unknown): Answer {
    const { count = 1 } = Object(params)
    if (!Number.isInteger(count) || count < 1) return { error: invalidParams }
    const subscription = this.#subscriptions.get(rid)
    if (subscription === undefined || subscription.reads < count) return { error: noSubscription }
    this.release(subscription, count)
    return {}
  }

  #auth(rid: string, action: string, params: unknown, reply: (answer: Answer) => void): void {
    const subject = `auth.${this.#expand(rid)}.${action}`
    this.#bus.request(subject, this.#describe(params), answer => reply(this.#wrap(answer)))
  }

  #call(rid: string, action: string, params: unknown, reply: (answer: Answer) => void): void {
    const subscription = this.#subscriptions.get(rid) ?? this.#createSubscription(rid)
    subscription.checkCall(action, denial => {
      if (denial !== null) return reply({ error: denial })
      const payload = { params, token: this.#token ?? null, cid: this.#cid }
      this.#bus.request(`call.${this.#expand(rid)}.${action}`, payload, answer => reply(this.#wrap(answer)))
    })
  }

  #createSubscription(rid: string): PeerSubscription {
    return new PeerSubscription(rid, this.#expand(rid), this)
  }

  #expand(rid: string): string {
    return rid.replaceAll('{cid}', this.#cid)
  }

  #wrap({ result, error }: Answer): Answer {
    if (error) return { error }
    return { result: this.#protocol < 1_002_000 ? result : { payload: result } }
  }

  /** What an auth request carries; no `params` at all after a token reset. */
  #describe(params?: unknown): object {
    return { params, token: this.#token ?? null, cid: this.#cid, ...this.#http }
  }
}

function describe({ headers, rawHeaders, socket, url }: IncomingMessage): object {
  const header: Record<string, string[]> = {}
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = `${rawHeaders[n]}`.toLowerCase().replace(/(?<=^|-)[a-z]/g, letter => letter.toUpperCase())
    if (name !== 'Host') header[name] = [...(header[name] ?? []), `${rawHeaders[n + 1]}`]
  }
  return {
    header: Object.fromEntries(Object.entries(header).sort()),
    host: headers.host,
    remoteAddr: `${socket.remoteAddress}:${socket.remotePort}`,
    uri: url,
  }
}

function parse(text: string): { id?: unknown; method?: unknown; params?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
