import type { Credential, SessionRecord, SessionStore, StoredStrategy } from '@sojourn/core'
import { CrashingStore } from './crashing-store.ts'

export const idleMs = 90_000
/** Early, so that keys made by a sign-in, which are named by the time, have short names. */
const start = 10_000
const keys = ['explorer explorer explorer explorer']

export interface StrategyOptions {
  readonly store: SessionStore
  readonly keys: readonly string[]
  readonly graceMs: number
  readonly now: () => number
}

export type CreateStrategy = (options: StrategyOptions) => StoredStrategy

export interface ServerOptions {
  readonly create: CreateStrategy
  readonly graceMs: number
  /** How many attempts the store keeps of those it is given. */
  readonly attemptsKept: number
  /** How long a session may last, in milliseconds. */
  readonly lifetimeMs: number
}

export type Ask =
  | { readonly do: 'resume'; readonly key: number; readonly attempt: string | null }
  | { readonly do: 'sign in' }
  | { readonly do: 'sign out' }

export interface Call {
  readonly ask: Ask
  /** The server dies at its first write: before the store has it, or after. */
  readonly crash: 'before' | 'after' | null
  /** What else the server does meanwhile: just before its first or second write. */
  readonly within: Ask | null
  readonly at: 1 | 2
}

/** The generation that the client is given; null: nothing is; `crash`: it hears nothing at all. */
export type Given = number | null | 'crash'

export interface Served {
  readonly record: SessionRecord | null
  readonly past: SessionRecord | null
  readonly given: Given
  readonly givenWithin: Given
  /** False if there was no write to crash at, or to come in before. */
  readonly hasHappened: boolean
}

/** A strategy over a store that is put back to where a history left it. */
export class Server {
  readonly #store: CrashingStore
  readonly #strategy: StoredStrategy
  readonly #lifetimeMs: number
  readonly #keys = new Map<number, Credential>()
  #now = start

  constructor({ create, graceMs, attemptsKept, lifetimeMs }: ServerOptions) {
    this.#store = new CrashingStore(attemptsKept)
    this.#strategy = create({ store: this.#store, keys, graceMs, now: () => this.#now })
    this.#lifetimeMs = lifetimeMs
  }

  /** Signs the client in: its first key. */
  async start(): Promise<{ readonly record: SessionRecord; readonly now: number }> {
    this.#now = start
    this.#store.restore(null, null)
    const times = { createdAt: start, deadline: start + this.#lifetimeMs, expiresAt: start + idleMs }
    const rest = { version: 0, generation: 0, rotatedAt: start, attempts: [] }
    const record = { id: 'session', userId: 'user', data: '{}', ...times, ...rest }
    const saved = await this.#strategy.save(record, { reissue: false })
    if (!saved.ok || saved.credential === undefined) throw new Error('The first save gave no key.')
    this.#learn(saved.credential)
    return { record: { ...saved.record, version: 1 }, now: start }
  }

  async serve(
    { record, past, now }: { record: SessionRecord | null; past: SessionRecord | null; now: number },
    { ask, crash, within, at }: Call,
  ): Promise<Served> {
    const store = this.#store
    this.#now = now
    store.restore(record, past)
    let givenWithin: Given = null
    if (crash !== null) store.crashAtWrite(crash)
    if (within !== null) {
      store.comeInBeforeWrite(at, async () => {
        givenWithin = await this.#answer(within)
      })
    }
    const given = await this.#answer(ask)
    const hasHappened = (crash === null && within === null) || store.hasHappened
    return { record: first(store.record), past: first(store.past), given, givenWithin, hasHappened }
  }

  async #answer(ask: Ask): Promise<Given> {
    try {
      return await this.#do(ask)
    } catch (error) {
      if (this.#store.hasCrashed) return 'crash'
      throw error
    }
  }

  async #do(ask: Ask): Promise<number | null> {
    if (ask.do === 'resume') return this.#resume(ask.key, ask.attempt)
    if (ask.do === 'sign out') {
      await this.#strategy.revoker.revoke('session')
      return null
    }
    const record = await this.#strategy.directory.find('session')
    const saved = record && (await this.#strategy.save(record, { reissue: true }))
    return saved?.ok ? this.#learn(saved.credential) : null
  }

  /** As core does it: a session that was resumed is saved where its idle end is to move. */
  async #resume(key: number, attempt: string | null): Promise<number | null> {
    const credential = this.#keys.get(key)
    const resumed = await this.#strategy.resume(
      attempt === null ? `${credential}` : `${credential}.${attempt}`,
    )
    let record = resumed?.record ?? null
    while (record !== null && record.expiresAt < this.#now + idleMs) {
      const touched = { ...record, expiresAt: this.#now + idleMs }
      const saved = await this.#strategy.save(touched, { reissue: false })
      if (saved.ok) break
      record = saved.current
    }
    return resumed === null || record === null ? null : this.#learn(resumed.credential)
  }

  #learn(credential: Credential | undefined): number {
    const generation = Number(credential?.split('.')[1])
    const known = this.#keys.get(generation) ?? credential
    if (credential === undefined || known !== credential) {
      throw new Error(`Not the key of generation ${generation} that was known: ${credential}`)
    }
    this.#keys.set(generation, credential)
    return generation
  }
}

/** Versions only tell saves apart that run at once: between steps none does. */
const first = (record: SessionRecord | null) => record && { ...record, version: 1 }
