import {
  createListeners,
  guardStore,
  SessionError,
  type SessionRecord,
  type SessionRevoker,
  type SessionStore,
} from '@sojourn/core'
import { type Ending, wholeSession } from './ending.ts'
import { Follower } from './follower.ts'
import { RevocationLog } from './revocation-log.ts'
import { SeenSessions } from './seen-sessions.ts'
import { Snapshot } from './snapshot.ts'

/** How far the clocks of servers may differ: endings are kept that much longer. */
const skewMs = 300_000
/** How much longer than another operation a list may take: it may be of a million. */
const listPatience = 30
/** More sign-ins of one session than happen in between: a floor is above all generations before it. */
const floorStep = 1024

export interface RevocationsOptions {
  /** Where endings are kept; closed with the strategy. Only what it shares is known to other servers. */
  readonly store: SessionStore
  /** As given to `sessions`: endings are kept that long, and no session may live longer; default 24 hours. */
  readonly deadlineMs?: number
  /** How often the store is asked for endings of which it has not told, in milliseconds; default 1 s. */
  readonly pollMs?: number
  /** For how long the store may fail until `whenStale` counts, in milliseconds, above `pollMs`; default 10 s. */
  readonly staleMs?: number
  /**
   * While the store has failed for longer than that: `closed`, the default, answers with `store_unavailable`; `open`
   * honours sessions that may have been ended meanwhile.
   */
  readonly whenStale?: 'closed' | 'open'
  /** How long each operation of the store may take, in milliseconds; default 2 s. */
  readonly timeoutMs?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

/**
 * Ends sessions that only their clients hold. Each process has all endings that count in its memory, so that to look
 * one up asks no store.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createRevocations(options: RevocationsOptions): Revocations {
  const { store, deadlineMs = 86_400_000, pollMs = 1000, staleMs = 10_000, whenStale = 'closed' } = options
  const { timeoutMs = 2000, now = Date.now } = options
  for (const [name, value, most] of [
    ['deadlineMs', deadlineMs, 1e12],
    ['pollMs', pollMs, 86_400_000],
    ['staleMs', staleMs, 1e12],
  ] as const) {
    if (!(Number.isInteger(value) && value > 0 && value <= most)) {
      throw new SessionError(
        'invalid_option',
        `${name} must be a whole number from 1 to ${most}, not ${value}.`,
      )
    }
  }
  if (staleMs <= pollMs) {
    throw new SessionError('invalid_option', `staleMs (${staleMs}) must be above pollMs (${pollMs}).`)
  }
  if (!['closed', 'open'].includes(whenStale)) {
    throw new SessionError('invalid_option', `whenStale must be closed or open, not ${whenStale}.`)
  }
  const guarded = guardStore(store, timeoutMs, timeoutMs * listPatience)
  return new Revocations(guarded, { deadlineMs, pollMs, staleMs, whenStale, now })
}

type Settings = Required<Omit<RevocationsOptions, 'store' | 'timeoutMs'>>

/** What `createRevocations` makes, for `createCookieStrategy`. */
export class Revocations implements SessionRevoker {
  readonly #settings: Settings
  readonly #log: RevocationLog
  readonly #snapshot = new Snapshot(ending => this.#take(ending))
  readonly #seen = new SeenSessions()
  readonly #listeners = createListeners()
  readonly #follower: Follower

  constructor(store: SessionStore, settings: Settings) {
    this.#settings = settings
    this.#log = new RevocationLog(store, settings.now, this.#snapshot)
    this.#follower = new Follower(this.#log, settings)
  }

  async revoke(id: string, { deadline }: { readonly deadline?: number } = {}): Promise<void> {
    await this.#end(id, wholeSession, deadline)
  }

  async revokeAll(
    userId: string,
    { except = null }: { readonly except?: string | null } = {},
  ): Promise<void> {
    const { now, deadlineMs } = this.#settings
    await this.#log.add({ kind: 'user', id: userId }, before => ({
      floor: Math.max(now(), (before?.floor ?? 0) + floorStep),
      except,
      exceptFloor: (except === before?.except ? before?.exceptFloor : before?.floor) ?? 0,
      until: now() + deadlineMs + 2 * skewMs,
    }))
  }

  onRevoked(listener: (id: string) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Whether a session is still good. A promise only if that is not known yet. */
  isGood(record: SessionRecord): boolean | Promise<boolean> {
    const fresh = this.#follower.awaitFresh()
    return fresh === null ? this.#judge(record) : fresh.then(() => this.#judge(record))
  }

  /** The generation under which a record may be saved, null if its session has ended. Ends those before a new one. */
  async generationFor(record: SessionRecord, reissue: boolean): Promise<number | null> {
    const { id, userId, version, generation } = record
    this.#checkDeadline(record)
    const begins = reissue || version === 0
    const rotates = reissue && version > 0
    if (begins && userId !== null) await this.#follower.catchUp()
    else await this.#follower.awaitFresh()
    const floor = begins ? this.#snapshot.floorOf(userId) : 0
    const next = Math.max(floor, rotates ? generation + 2 : generation)
    if (this.#snapshot.hasEnded({ id, userId: begins ? null : userId, generation })) return null
    if (rotates) {
      await this.#end(id, next, record.deadline)
      if (this.#snapshot.hasEnded({ id, userId, generation: next })) return null // It was ended meanwhile.
    }
    this.#seen.add({ id, userId, generation: next })
    return next
  }

  async close(): Promise<void> {
    this.#follower.close()
    await this.#log.close()
  }

  #end(sessionId: string, floor: number, deadline?: number): Promise<void> {
    const { now, deadlineMs } = this.#settings
    const until = (deadline ?? now() + deadlineMs + skewMs) + skewMs
    return this.#log.add({ kind: 'session', id: sessionId }, before => ({
      floor: Math.max(floor, before?.floor ?? 0),
      except: null,
      exceptFloor: 0,
      until: Math.max(until, before?.until ?? 0),
    }))
  }

  #judge(record: SessionRecord): boolean {
    if (this.#snapshot.hasEnded(record)) return false
    this.#seen.add(record)
    return true
  }

  #take(ending: Ending): void {
    if (!this.#follower.hasRead) return
    for (const id of this.#takeEnded(ending)) this.#listeners.tell(id)
  }

  /** The ids of the sessions that it ends altogether; of a user's, those that are known here. */
  #takeEnded({ kind, id, floor }: Ending): string[] {
    if (kind === 'user') return this.#seen.takeEnded(seen => this.#snapshot.hasEnded(seen))
    if (floor < wholeSession) return []
    this.#seen.delete(id)
    return [id]
  }

  #checkDeadline({ deadline }: SessionRecord): void {
    const { now, deadlineMs } = this.#settings
    if (deadline <= now() + deadlineMs + skewMs) return
    throw new SessionError(
      'invalid_option',
      `A session would live longer than revocations are kept (${deadlineMs} ms): give createRevocations the ` +
        'deadlineMs of your sessions.',
    )
  }
}
