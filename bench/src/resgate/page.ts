import { randomBytes } from 'node:crypto'
import type { ResgateKind } from './contenders.ts'
import type { ChangeEvent } from './res.ts'
import { type ResAnswer, ResLine } from './res-line.ts'
import { type User, usernameOf, userOf } from './users.ts'
import type { Whoami } from './witness.ts'

export interface PageOptions {
  readonly url: string
  readonly userId: User['id']
  readonly renewMs: number
  readonly kind: ResgateKind['page']
}

/** What the page has stored. */
interface Stored {
  readonly key: string
  /** Of the presentation that is under way. */
  readonly attempt?: string
}

const model = 'session.user.{cid}'
/** Of resclient, unless it is told otherwise, as by our demo's page. */
const reconnectMs = { ours: 1000, classic: 3000 }
const classicRenewMs = 60_000

/**
 * The script of a page, without what it shows. `ours` is that of our demo: it writes an attempt id beside the key, and gives the key
 * up only when it is told that it is worthless. `classic` is that of Resgate's example: it gives the key up on any error.
 */
export class Page {
  /** It has nothing left to present: its user must sign in again. */
  isOut = false
  /** How often it was told that it was somebody else. */
  mistaken = 0
  readonly #options: PageOptions
  readonly #line: ResLine
  readonly #opened = Promise.withResolvers<void>()
  #stored: Stored | null = null
  /** When it was given keys. */
  readonly #successes: number[] = []
  /** Since then, that failed and said nothing of the key. */
  #tries = 0
  #timer: NodeJS.Timeout | undefined
  #outage: NodeJS.Timeout | undefined

  constructor(options: PageOptions) {
    this.#options = options
    this.#line = new ResLine({
      url: options.url,
      reconnectMs: reconnectMs[options.kind],
      onConnect: () => this.#greet(),
      onEvent: (event, data) => this.#hear(event, data),
      onLost: () => this.#lost(),
    })
  }

  async signIn(): Promise<void> {
    await this.#opened.promise
    const username = usernameOf(userOf(this.#options.userId))
    const answer = await this.#line.call('auth.session.login', { username, password: username })
    if (!this.#keep(answer?.result?.payload))
      throw new Error(`${username} was told ${JSON.stringify(answer)}`)
  }

  /** Who it is to services behind the gateway. Null: there is no answer. */
  async ask(): Promise<Whoami | null> {
    const answer = await this.#line.call('call.witness.ask')
    return (answer?.result?.payload as Whoami | undefined) ?? null
  }

  /** When it was first given a key after `since`: it was in its session then. Null: it was not. */
  backAt(since: number): number | null {
    return this.#successes.find(at => at >= since) ?? null
  }

  async #greet(): Promise<void> {
    clearTimeout(this.#outage)
    this.#outage = undefined
    await this.#renew()
    const answer = await this.#line.call(`subscribe.${model}`)
    this.#look(answer?.result?.models?.[model])
    this.#opened.resolve()
  }

  #lost(): void {
    clearTimeout(this.#timer)
    if (this.#options.kind === 'ours' || this.#stored === null) return
    // Its timer goes on, as if it were of a minute: else all would present to nobody, and not one in sixty each second.
    this.#outage ??= setTimeout(
      async () => {
        if (!(await this.#line.hurry())) this.#giveUp()
      },
      (1000 * this.#options.userId) % classicRenewMs,
    )
  }

  #giveUp(): void {
    this.#stored = null
    this.isOut = true
  }

  /** Presents the key, if there is one. */
  async #renew(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#stored === null) return
    const { key } = this.#stored
    const isOurs = this.#options.kind === 'ours'
    if (isOurs) this.#stored = { key, attempt: this.#stored.attempt ?? randomBytes(16).toString('base64url') }
    let answer = await this.#present(this.#stored)
    // Once more without the attempt id, as the README of relogin keys asks for.
    if (isOurs && isWorthless(answer)) answer = await this.#present({ key })
    if (answer === null || this.#stored?.key !== key || this.#keep(answer.result?.payload)) return
    if (isOurs && !isWorthless(answer))
      return this.#renewIn(Math.random() * Math.min(2000, 250 * 2 ** this.#tries++))
    this.#giveUp()
  }

  #present({ key: reloginKey, attempt }: Stored): Promise<ResAnswer | null> {
    return this.#line.call('auth.session.relogin', { reloginKey, attempt })
  }

  #keep(payload: unknown): boolean {
    const { reloginKey } = (payload ?? {}) as { reloginKey?: unknown }
    if (typeof reloginKey !== 'string') return false
    this.#stored = { key: reloginKey }
    this.#tries = 0
    this.#successes.push(Date.now())
    this.#renewIn(this.#options.renewMs)
    return true
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#renew(), ms)
  }

  #hear(event: string, data: object): void {
    if (event === `${model}.change`) this.#look((data as ChangeEvent).values)
  }

  /** At what it is shown of its user. Once that is nobody, it presents its key. */
  #look(values: ChangeEvent['values'] | undefined): void {
    if (values?.id === undefined) return
    if (values.id === null) void this.#renew()
    else if (values.id !== this.#options.userId) this.mistaken++
  }
}

const isWorthless = (answer: ResAnswer | null) => answer?.error?.code === 'session.invalidReloginKey'
