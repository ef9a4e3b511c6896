import type { Data } from './data.ts'
import { SessionError } from './errors.ts'
import type { Visit } from './visit.ts'

/**
 * What the application stores in its sessions. Extend it by declaration merging, or name a type of your own
 * where a transport is created.
 */
// biome-ignore lint/suspicious/noEmptyInterface: there to be merged with
export interface SessionData {}

/** A session in hand: its own properties are the application's data; what is ours is never enumerable. */
export type Session<D extends object = SessionData> = LiveSession & Partial<D>

export type Callback = (error?: unknown) => void

/** For core only: the visit behind a session. */
export let visitOf: (session: LiveSession) => Visit

export class LiveSession {
  readonly #visit: Visit

  static {
    visitOf = session => session.#visit
  }

  constructor(visit: Visit) {
    this.#visit = visit
  }

  /** Public and stable: safe to log and to list, worthless as a credential. */
  get id(): string {
    return this.#visit.draft.id
  }

  /** Null until someone signs in. */
  get userId(): string | null {
    return this.#visit.draft.userId
  }

  /** When the session was first saved, in milliseconds since the epoch; null before. */
  get createdAt(): number | null {
    return this.#visit.draft.record?.createdAt ?? null
  }

  /** The idle end, as last saved; null before. */
  get expiresAt(): number | null {
    return this.#visit.draft.record?.expiresAt ?? null
  }

  /** The absolute end, which use does not move; null before the first save. */
  get deadline(): number | null {
    return this.#visit.draft.record?.deadline ?? null
  }

  /**
   * Binds the session to a user. The client gets a new credential and the old one is worthless; the deadline
   * starts anew. Data is kept, unless another user was signed in: then their session ends and this one is empty.
   * Done with the next save, at the latest when the answer ends.
   */
  signIn(userId: string): void {
    if (typeof userId !== 'string' || userId === '') {
      throw new SessionError('invalid_option', 'signIn takes the user id as text that is not empty.')
    }
    this.#visit.signIn(userId)
  }

  /**
   * Ends the session; with `everywhere`, all sessions of its user. What is stored afterwards goes into a new,
   * anonymous one. Done with the next save, at the latest when the answer ends.
   *
   * @throws {SessionError} `not_revocable` for `everywhere`, where the strategy has no revoker
   */
  signOut({ everywhere = false }: { readonly everywhere?: boolean } = {}): void {
    this.#visit.end(everywhere)
  }

  /** `signOut`, as users of client-sessions know it: what is under `keysToPreserve` is put into the new session. */
  reset(keysToPreserve: readonly string[] = []): void {
    const kept = Object.entries(this).filter(([key]) => keysToPreserve.includes(key))
    this.#visit.end(false)
    Object.assign(this, Object.fromEntries(kept))
  }

  /** Moves the idle expiry with the next save, whether that is due or not. */
  touch(): this {
    this.#visit.draft.touch = true
    return this
  }

  /**
   * Saves now, if there is anything to save. Concurrent changes of other keys are kept, and seen here after.
   *
   * @throws {SessionError} `session_ended`, `not_json`, `reserved_key`, `data_too_large`, `too_late`, `conflict`,
   * `store_unavailable`
   */
  save(callback?: Callback): Promise<void> {
    return settle(this.#visit.save(), callback)
  }

  /**
   * Drops unsaved changes and reads what is stored now; where only the client knows its session, what was read.
   *
   * @throws {SessionError} `session_ended`, `store_unavailable`
   */
  reload(callback?: Callback): Promise<void> {
    return settle(this.#visit.reload(), callback)
  }

  /** Ends the session now. */
  destroy(callback?: Callback): Promise<void> {
    return settle(this.#visit.destroy(), callback)
  }

  /** Ends the session and puts a new, empty, anonymous object in its place. This one keeps its data, but its verbs are the new one's. */
  regenerate(callback?: Callback): Promise<void> {
    return settle(this.#visit.regenerate(), callback)
  }
}

// Methods become accessors: assigning to one is then an error even in sloppy code, never a silent loss.
const { constructor: _, ...verbs } = Object.getOwnPropertyDescriptors(LiveSession.prototype)
const ours: [string, PropertyDescriptor][] = [
  ...Object.entries(verbs),
  ['__proto__', { value: LiveSession.prototype }],
]
for (const [name, { get, value }] of ours) {
  Object.defineProperty(LiveSession.prototype, name, {
    get: get ?? (() => value),
    set() {
      throw reservedKey(name)
    },
  })
}

const reserved = new Set(ours.map(([name]) => name))

/** Whether `key` belongs to the session itself. */
export const isReserved = (key: string): boolean => reserved.has(key)

export const reservedKey = (key: string): SessionError =>
  new SessionError(
    'reserved_key',
    `session.${key} belongs to the session itself: store it under another name.`,
  )

/** Makes `data` the own properties of `session`, in its order. Throws `reserved_key`. */
export function putData(session: LiveSession, data: object): void {
  for (const key of Object.keys(session)) delete (session as unknown as Data)[key]
  Object.assign(session, data) // sets, rather than defines, so that what is reserved refuses
}

function settle(done: Promise<void>, callback: Callback | undefined): Promise<void> {
  if (callback === undefined) return done
  done.then(() => callback(), callback)
  return Promise.resolve()
}
