import { randomBytes } from 'node:crypto'
import { connect, createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { ChangeEvent, ServiceAnswer, TokenEvent } from './res.ts'
import type { User } from './users.ts'

/** What a connection was told in answer to a request, in the order in which it came. */
export type Told =
  | { readonly kind: 'token'; readonly payload: TokenEvent }
  | { readonly kind: 'change'; readonly payload: ChangeEvent }
  | { readonly kind: 'answer'; readonly payload: ServiceAnswer }

interface Exchange extends PromiseWithResolvers<void> {
  readonly told: Told[]
}

const patienceMs = 10_000

/** What Resgate 1.8 sends with each auth request of a browser, after `cid`. */
const carried = JSON.stringify({
  header: {
    'Accept-Encoding': ['gzip, deflate, br, zstd'],
    'Accept-Language': ['en-US,en;q=0.9'],
    'Cache-Control': ['no-cache'],
    Connection: ['Upgrade'],
    Origin: ['http://localhost:8086'],
    Pragma: ['no-cache'],
    'Sec-Websocket-Extensions': ['permessage-deflate; client_max_window_bits'],
    'Sec-Websocket-Key': ['1sZmmnef8xiRgAT+Fn3aCA=='],
    'Sec-Websocket-Version': ['13'],
    Upgrade: ['websocket'],
    'User-Agent': [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    ],
  },
  host: 'localhost:8080',
  remoteAddr: '127.0.0.1:60732',
  uri: '/',
}).slice(1)

const userDigits = 7
const ofThisProcess = [...randomBytes(6)].map(byte => (byte % 32).toString(32)).join('')
let nextConnection = 0

/** As long as Resgate's, and of the same characters. It tells whose it is, so that each event can be checked. */
function createCid({ id }: User): string {
  return (
    id.toString(32).padStart(userDigits, '0') +
    ofThisProcess +
    (nextConnection++).toString(32).padStart(7, '0')
  )
}

const userIdIn = (cid: string) => Number.parseInt(cid.slice(0, userDigits), 32)

/** The gateway's side of the RES service protocol, for any number of connections. */
export class GatewaySide {
  readonly #nats: NatsConnection
  readonly #inbox = createInbox()
  readonly #exchanges = new Map<string, Exchange>()
  #fault: Error | null = null

  private constructor(nats: NatsConnection) {
    this.#nats = nats
    const hear = (subject: string, at: number, listener: (cid: string, message: Msg) => void) =>
      nats.subscribe(subject, {
        callback: (_error, message) => listener(message.subject.split('.')[at] as string, message),
      })
    hear('conn.*.token', 1, (cid, message) => this.#hearToken(cid, message.json()))
    hear('event.session.user.*.change', 3, (cid, message) => this.#hearChange(cid, message.json()))
    hear(`${this.#inbox}.*`, 2, (cid, message) => this.#hearAnswer(cid, message))
  }

  static async connect(servers: string): Promise<GatewaySide> {
    const side = new GatewaySide(await connect({ servers }))
    await side.#nats.flush()
    return side
  }

  /**
   * Calls an auth method on a new connection of `user`, which is in no session, and gives what was told to that
   * connection, the answer last.
   *
   * @throws {Error} if there is no answer, or any connection was told that it is somebody else
   */
  async authenticate(method: string, user: User, params: object): Promise<readonly Told[]> {
    const cid = createCid(user)
    const exchange = { told: [], ...Promise.withResolvers<void>() }
    this.#exchanges.set(cid, exchange)
    const timer = setTimeout(() => exchange.reject(new Error('there was no answer')), patienceMs)
    const request = `{"params":${JSON.stringify(params)},"token":null,"cid":"${cid}",${carried}`
    this.#nats.publish(`auth.session.${method}`, request, { reply: `${this.#inbox}.${cid}` })
    try {
      await exchange.promise
    } finally {
      clearTimeout(timer)
      this.#exchanges.delete(cid)
    }
    if (this.#fault) throw this.#fault
    return exchange.told
  }

  close(): Promise<void> {
    return this.#nats.close()
  }

  #hearToken(cid: string, payload: TokenEvent): void {
    this.#checkUser(cid, payload.token?.userId)
    this.#exchanges.get(cid)?.told.push({ kind: 'token', payload })
  }

  #hearChange(cid: string, payload: ChangeEvent): void {
    this.#checkUser(cid, payload.values.id)
    this.#exchanges.get(cid)?.told.push({ kind: 'change', payload })
  }

  #hearAnswer(cid: string, message: Msg): void {
    const exchange = this.#exchanges.get(cid)
    if (message.headers?.code === 503) return exchange?.reject(new Error('there is no service'))
    const text = message.string()
    if (text.startsWith('timeout:')) return // it asks for more time, and the answer follows
    exchange?.told.push({ kind: 'answer', payload: JSON.parse(text) })
    exchange?.resolve()
  }

  #checkUser(cid: string, userId: User['id'] | null | undefined): void {
    if (userId == null || userId === userIdIn(cid)) return
    this.#fault ??= new Error(`a connection of user ${userIdIn(cid)} was told that it is user ${userId}`)
  }
}
