import { MapStore } from './map-store.fixture.ts'
import type { LiveSession, Session } from './session.ts'
import { createSessions, type Sessions, type SessionsOptions } from './sessions.ts'
import { createStoredStrategy } from './stored-strategy.ts'
import type { Credential, Instruction } from './strategy.ts'
import type { SessionHost } from './visit.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

export type AnySession = Session<Record<string, unknown>>

/** Undefined: the default of `createSessions`. */
type Options = { [Name in keyof SessionsOptions]?: SessionsOptions[Name] | undefined }

/** A server with a store, secrets and a clock; its sessions live an hour without use, and three in all. */
export class Site {
  time = Date.UTC(2030, 0, 1)
  readonly now = () => this.time
  readonly store = new MapStore()
  readonly strategy = createStoredStrategy({ store: this.store, keys: ['k'.repeat(32)], now: this.now })
  readonly sessions: Sessions

  constructor(options: Options = {}) {
    const { strategy, now } = this
    const all = { strategy, idleMs: hourMs, deadlineMs: 3 * hourMs, now, ...options }
    this.sessions = createSessions(all as SessionsOptions)
  }

  /** What the store holds of all sessions. */
  get stored(): { userId: string | null; data: Record<string, unknown> }[] {
    return [...this.store.records.values()].map(({ userId, data }) => ({ userId, data: JSON.parse(data) }))
  }
}

/** One request that is open. */
export class Request implements SessionHost {
  session: AnySession
  /** Whether the answer has begun. */
  answered = false
  readonly #site: Site

  private constructor(site: Site) {
    this.#site = site
    this.session = site.sessions.openAnonymous(this)
  }

  static async open(site: Site, ...credentials: (Credential | null)[]): Promise<Request> {
    const request = new Request(site)
    request.session = await site.sessions.open(
      credentials.filter(credential => credential !== null),
      request,
    )
    return request
  }

  async commit(): Promise<Instruction> {
    return this.#site.sessions.commit(this.session)
  }

  canDeliver(): boolean {
    return !this.answered
  }

  replaced(session: LiveSession): void {
    this.session = session as AnySession
  }
}

/** A client as well behaved as a browser. */
export class Visitor {
  credential: Credential | null = null
  readonly #site: Site

  constructor(site: Site) {
    this.#site = site
  }

  open(): Promise<Request> {
    return Request.open(this.#site, this.credential)
  }

  /** One request from beginning to end. */
  async visit<T>(handle: (session: AnySession) => T | Promise<T>): Promise<T> {
    const request = await this.open()
    const result = await handle(request.session)
    this.follow(await request.commit())
    return result
  }

  follow(instruction: Instruction): void {
    if (instruction.do === 'set') this.credential = instruction.credential
    if (instruction.do === 'clear') this.credential = null
  }

  async recall(): Promise<{ userId: string | null; data: Record<string, unknown> }> {
    return this.visit(session => ({ userId: session.userId, data: { ...session } }))
  }
}
