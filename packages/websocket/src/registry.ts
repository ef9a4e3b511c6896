import { onSessionEvent, type Sessions } from '@sojourn/core'
import type { ChangeFeed } from './change-feed.ts'
import { current } from './current.ts'
import { closeCodes } from './protocol.ts'
import { type SharedSession, signedIn } from './shared-session.ts'

export interface RegistryOptions {
  readonly sessions: Sessions
  readonly changes: ChangeFeed | null
  readonly now: () => number
  readonly checkMs: number
  readonly onError: (error: unknown) => void
}

/** One connection on its way into a session. */
export interface Arrival {
  /** The sessions that ended meanwhile, in this process or another that told. */
  readonly ended: Set<string>
}

/** For how many sessions it is kept in mind that they ended by reuse, until their end is told. */
const maxReused = 1000

/** The sessions that connections of this process are in. */
export class Registry {
  readonly sessions: Sessions
  readonly byId = new Map<string, SharedSession>()
  readonly arrivals = new Set<Arrival>()
  readonly #options: RegistryOptions
  readonly #reused = new Set<string>()
  readonly #stops: (() => void)[]

  constructor(options: RegistryOptions) {
    this.#options = options
    this.sessions = options.sessions
    const { strategy } = options.sessions
    const isOurs = (event: { readonly strategy: string }) => event.strategy === strategy.name
    const ignore = () => {}
    this.#stops = [
      onSessionEvent('reuse', event => isOurs(event) && this.#noteReuse(event.sessionId)),
      onSessionEvent('signed-in', event => isOurs(event) && this.#signedInElsewhere(event.sessionId)),
      strategy.revoker?.onRevoked(id => this.#revoked(id)) ?? ignore,
      options.changes?.onChanged(id => this.#changedElsewhere(id)) ?? ignore,
    ]
  }

  /** The other of that session, if there is one; else `shared` is the one from now on. */
  claim(shared: SharedSession): SharedSession {
    const { id, expiresAt } = shared.session
    if (expiresAt === null || shared.key === id) return shared
    const other = this.byId.get(id)
    if (other !== undefined) return other
    this.drop(shared)
    shared.key = id
    shared.checkAt = this.#options.now() + this.#options.checkMs * (0.5 + Math.random() / 2)
    this.byId.set(id, shared)
    return shared
  }

  /** Puts those out who are in that session from before. */
  takePlace(shared: SharedSession): void {
    const other = this.claim(shared)
    if (other === shared) return
    this.replace(other)
    this.claim(shared)
  }

  drop(shared: SharedSession): void {
    if (shared.key !== null && this.byId.get(shared.key) === shared) this.byId.delete(shared.key)
    shared.key = null
  }

  tellChanged(shared: SharedSession): void {
    for (const connection of [...shared.connections]) connection.tellChanged(shared)
  }

  /** Whether it may go on: it is compared with what is stored. */
  async check(shared: SharedSession): Promise<boolean> {
    const { now, checkMs } = this.#options
    shared.checkAt = now() + checkMs
    const { expiresAt } = shared.session
    const isExpired = expiresAt !== null && expiresAt <= now()
    const { directory } = this.sessions.strategy
    if (!(isExpired && directory === null) && (await this.sessions.refresh(shared.session))) return true
    // Its own sign-in is being saved, or its own save has found the end.
    if (shared.key === null || shared.move !== null || shared.isLost) return true
    if (isExpired) this.end(shared, 'expired')
    else await this.lose(shared)
    return false
  }

  /** Puts out who is in a session that is over, or somebody else's by now. */
  async lose(shared: SharedSession): Promise<void> {
    const { key } = shared
    const isThere = key !== null && (await this.sessions.strategy.directory?.find(key)) != null
    if (isThere) this.replace(shared)
    else this.end(shared, 'revoked')
  }

  end(shared: SharedSession, reason: 'revoked' | 'expired' | 'reuse'): void {
    this.drop(shared)
    for (const connection of shared.putOut()) connection.end(closeCodes.ended, reason)
  }

  /** What they hold is worthless: somebody else gave the password. */
  replace(shared: SharedSession): void {
    this.drop(shared)
    for (const connection of shared.putOut()) connection.end(...signedIn)
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.byId.clear()
  }

  #noteReuse(id: string): void {
    if (this.#reused.size >= maxReused) this.#reused.clear()
    this.#reused.add(id)
    const task = current.getStore()
    if (task !== undefined) task.metReuse = true
  }

  #revoked(id: string): void {
    const reason = this.#reused.delete(id) ? 'reuse' : 'revoked'
    for (const { ended } of this.arrivals) ended.add(id)
    const shared = this.byId.get(id)
    if (shared !== undefined) this.end(shared, reason)
  }

  /** By a request, say. */
  #signedInElsewhere(id: string): void {
    const shared = this.byId.get(id)
    if (shared === undefined || shared.move !== null || shared.session.expiresAt === null) return
    if (current.getStore()?.shared !== shared) this.replace(shared)
  }

  #changedElsewhere(id: string): void {
    const shared = this.byId.get(id)
    if (shared === undefined) return
    this.check(shared).then(isLive => isLive && this.tellChanged(shared), this.#options.onError)
  }
}
