import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { AuthRequest } from './res.ts'
import type { ServiceProcess } from './service-process.ts'
import { findUserByPassword, type User, userOf } from './users.ts'

type Step = 'token' | 'change' | 'answer'

/** A session service in this process that believes every key, `user.generation`, and can be made to err. */
export class PlantedService {
  /** What comes of a relogin, and in which order. */
  order: readonly Step[] = ['token', 'change', 'answer']
  rotates = true
  /** Whom it takes for somebody else, in one of the steps, or in an event for another connection. */
  readonly mistaken = new Map<User['id'], Step | 'stray'>()
  /** Whose keys it does not know. */
  readonly forgotten = new Set<User['id']>()
  /** Whose next relogin fails. */
  readonly stumbling = new Set<User['id']>()
  /** What users presented, oldest first. */
  readonly presented = new Map<User['id'], unknown[]>()
  readonly #cids = new Map<User['id'], string>()
  readonly #nats: NatsConnection
  readonly #url: string

  private constructor(nats: NatsConnection, url: string) {
    this.#nats = nats
    this.#url = url
    const serve = (subject: string, answer: (request: AuthRequest) => object) =>
      nats.subscribe(subject, {
        callback: (_error, message) => void message.respond(JSON.stringify(answer(message.json()))),
      })
    serve('access.session.user.*', () => ({ result: { get: true } }))
    serve('get.session.user.*', () => ({ result: { model: { id: null, name: null, role: null } } }))
    nats.subscribe('auth.session.*', {
      callback: (_error, message) => {
        const { cid, params } = message.json<AuthRequest>()
        const { username, password, reloginKey } = params ?? {}
        const [id = NaN, generation = 0] = String(reloginKey).split('.').map(Number)
        const answer = (answer: object) => void message.respond(JSON.stringify(answer))
        if (typeof username === 'string') {
          return this.#enter(cid, findUserByPassword(username, String(password)) as User, 0, answer)
        }
        this.presented.set(id, [...(this.presented.get(id) ?? []), params])
        if (this.stumbling.delete(id)) return answer({ error: { code: 'system.internalError', message: '' } })
        if (this.forgotten.has(id))
          return answer({ error: { code: 'session.invalidReloginKey', message: '' } })
        this.#enter(cid, userOf(id), generation, answer)
      },
    })
  }

  static async start(url: string): Promise<PlantedService> {
    const service = new PlantedService(await connect({ servers: url }), url)
    await service.#nats.flush()
    return service
  }

  /** As the harness has it. */
  get process(): ServiceProcess {
    return {
      contender: 'resgate-none',
      home: { nats: this.#url, store: '' },
      usage: async () => ({ cpuMicros: 0, reuses: 0 }),
      kill: async () => {},
    }
  }

  /** Takes the connection of `id` for `other`'s, in its token or in what it is shown. */
  mistake(id: User['id'], other: User['id'], step: 'token' | 'change'): void {
    const cid = this.#cids.get(id) as string
    if (step === 'token') this.#giveToken(cid, userOf(other))
    else this.#showUser(cid, userOf(other))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#nats.close()
  }

  #enter(cid: string, user: User, generation: number, answer: (answer: object) => void): void {
    this.#cids.set(user.id, cid)
    const mistake = this.mistaken.get(user.id)
    const taken = (step: Step) => (mistake === step ? userOf(user.id + 1) : user)
    if (mistake === 'stray') this.#showUser(cid.replace(/.{13}$/, '0000000000000'), userOf(user.id + 1))
    const steps = {
      token: () => this.#giveToken(cid, taken('token')),
      change: () => this.#showUser(cid, taken('change')),
      answer: () => answer({ result: { reloginKey: `${user.id}.${generation + (this.rotates ? 1 : 0)}` } }),
    }
    for (const step of this.order) steps[step]()
  }

  #giveToken(cid: string, { id: userId, role }: User): void {
    const sid = String(userId)
    this.#publish(`conn.${cid}.token`, { token: { sid, userId, role }, tid: sid })
  }

  #showUser(cid: string, values: User): void {
    this.#publish(`event.session.user.${cid}.change`, { values })
  }

  #publish(subject: string, payload: object): void {
    this.#nats.publish(subject, JSON.stringify(payload))
  }
}
