import { type Session, SessionError, type SessionHost } from '@sojourn/core'
import type { Connection } from './connection.ts'
import { current } from './current.ts'
import { closeCodes, type SessionState } from './protocol.ts'
import type { Presenting, Registry } from './registry.ts'
import type { Saver } from './saver.ts'
import { SharedSession } from './shared-session.ts'

export interface Entry {
  /** The session of what the client presented; anonymous, or null, if that is not good. */
  open(host: SessionHost): Promise<Session | null>
  /** Whether it presented anything. */
  readonly isClaim: boolean
  /** Whether its client can take credentials. */
  readonly canReceive: boolean
  /** Called before `onOpen`: may give the client what is due to it. */
  admit?(connection: Connection): void
}

export class Entrance {
  readonly #registry: Registry
  readonly #saver: Saver
  readonly #onOpen: (connection: Connection) => void | Promise<void>

  constructor(registry: Registry, saver: Saver, onOpen: (connection: Connection) => void | Promise<void>) {
    this.#registry = registry
    this.#saver = saver
    this.#onOpen = onOpen
  }

  /**
   * Takes the connection into a session. If anything fails, it stays in the one that it had.
   *
   * @throws what the strategy, `onOpen` or the save after it throws
   */
  async enter(connection: Connection, entry: Entry): Promise<SessionState> {
    const { shared: before, canReceive } = connection
    const visit = { connection, entry, ended: new Set<string>(), joined: new Set<SharedSession>() }
    this.#registry.presenting.add(visit)
    connection.metReuse = false
    connection.canReceive ||= entry.canReceive
    try {
      return await this.#enter(visit, this.#join(visit, new SharedSession(this.#saver)))
    } catch (error) {
      connection.canReceive = canReceive
      connection.shared = before
      throw error
    } finally {
      this.#registry.presenting.delete(visit)
      connection.entering = null
      connection.due = { do: 'keep' }
      if (before !== null) visit.joined.add(before)
      for (const shared of visit.joined) {
        if (connection.isClosed || connection.shared !== shared) this.leave(connection, shared)
      }
    }
  }

  async #enter(visit: Visit, candidate: SharedSession): Promise<SessionState> {
    const { connection, entry } = visit
    const { sessions } = this.#registry
    const task = { connection, shared: candidate, drops: 0, isDone: false }
    // What is due to this client must not go to others of the session, so it is taken before they are joined.
    const instruction = await current.run(task, async () => {
      candidate.session = (await entry.open(candidate)) ?? sessions.openAnonymous(candidate)
      return sessions.commit(candidate.session)
    })
    task.isDone = true
    const { id, expiresAt } = candidate.session
    const found = expiresAt === null ? null : await this.#find(visit, candidate)
    const good = visit.ended.has(id) ? null : found
    if (good !== null && good === connection.shared) return connection.describe(good, instruction)

    const target = good ?? this.#begin(visit, candidate)
    const refused = good !== null || !entry.isClaim ? null : connection.metReuse ? 'reuse' : 'unknown'
    if (good !== null) connection.due = instruction
    if (connection.running > 0) await connection.idle()
    if (connection.isClosed) throw hasLeft()
    connection.canReceive = entry.canReceive
    entry.admit?.(connection)
    await this.#open(connection, target)
    return connection.describe(target, connection.due, refused)
  }

  #join({ connection, joined }: Visit, shared: SharedSession): SharedSession {
    joined.add(shared)
    shared.connections.add(connection)
    return shared
  }

  /** A new anonymous session, in place of one that is not good after all. */
  #begin(visit: Visit, candidate: SharedSession): SharedSession {
    if (candidate.session.expiresAt === null) return candidate
    const begun = this.#join(visit, new SharedSession(this.#saver))
    begun.session = this.#registry.sessions.openAnonymous(begun)
    return begun
  }

  /** The session that its others are in, or else the candidate. Null if it ended, or got another credential, meanwhile. */
  async #find(visit: Visit, candidate: SharedSession): Promise<SharedSession | null> {
    const { sessions } = this.#registry
    for (;;) {
      const found = this.#registry.claim(candidate)
      if (found === candidate) return candidate
      if (found.move !== null) {
        await found.move.settled
        continue
      }
      await this.#saver.restore(found)
      if (await sessions.refresh(found.session, candidate.session)) {
        // At once, lest its last connection leaves, and nobody finds it to end it.
        if (this.#registry.claim(candidate) === found && found.move === null) return this.#join(visit, found)
        continue
      }
      if (!(await sessions.refresh(candidate.session))) return null
      // Others signed in where this process was not told: those who are in the session from before must not come along.
      this.#registry.drop(found)
      this.#registry.closeAll(found, closeCodes.replaced, 'signed in')
    }
  }

  async #open(connection: Connection, target: SharedSession): Promise<void> {
    connection.shared = connection.entering = target
    const task = { connection, shared: target, drops: target.drops, isDone: false }
    try {
      await current.run(task, async () => {
        await this.#onOpen(connection)
        await this.#saver.commit(task)
      })
    } finally {
      task.isDone = true
    }
    if (connection.isClosed) throw hasLeft()
  }

  leave(connection: Connection, shared: SharedSession): void {
    shared.connections.delete(connection)
    if (shared.move?.by === connection) this.#saver.abandon(shared)
    if (shared.connections.size === 0) this.#registry.drop(shared)
  }
}

/** One connection on its way into a session. */
interface Visit extends Presenting {
  readonly connection: Connection
  readonly entry: Entry
  /** Those that it is to be left out of again, but for the one that it stays in. */
  readonly joined: Set<SharedSession>
}

const hasLeft = () =>
  new SessionError('session_ended', 'The client has left, or its session was ended, meanwhile.')
