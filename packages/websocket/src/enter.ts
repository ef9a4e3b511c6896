import { type Session, SessionError } from '@sojourn/core'
import type { Connection } from './connection.ts'
import { Task } from './current.ts'
import type { SessionState } from './protocol.ts'
import type { Arrival, Registry } from './registry.ts'
import type { Saver } from './saver.ts'
import { SharedSession } from './shared-session.ts'

export interface Entry {
  /** The session of what the client presented; anonymous, or null, if that is not good. */
  open(host: SharedSession): Promise<Session | null>
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
    const arrival = { connection, entry, ended: new Set<string>(), joined: new Set<SharedSession>() }
    this.#registry.arrivals.add(arrival)
    connection.canReceive ||= entry.canReceive
    try {
      return await this.#enter(arrival, this.#join(arrival, new SharedSession(this.#saver)))
    } catch (error) {
      connection.canReceive = canReceive
      throw error
    } finally {
      this.#registry.arrivals.delete(arrival)
      connection.entering = null
      connection.due = { do: 'keep' }
      if (before !== null) arrival.joined.add(before)
      for (const shared of arrival.joined) {
        if (connection.isClosed || connection.shared !== shared) this.leave(connection, shared)
      }
    }
  }

  async #enter(arrival: Arriving, candidate: SharedSession): Promise<SessionState> {
    const { connection, entry, ended } = arrival
    const { sessions } = this.#registry
    const task = new Task(connection, candidate)
    // What is due to this client must not go to others of the session, so it is taken before they are joined.
    const instruction = await task.run(async () => {
      candidate.session = (await entry.open(candidate)) ?? sessions.openAnonymous(candidate)
      return sessions.commit(candidate.session)
    })
    const { id, expiresAt } = candidate.session
    const found = expiresAt === null ? null : await this.#find(arrival, candidate)
    if (found !== null && found === connection.shared && !ended.has(id))
      return connection.describe(found, instruction)

    if (connection.running > 0) await connection.idle()
    if (connection.isClosed) throw clientHasLeft()
    const good = found?.connections.has(connection) && !ended.has(id) ? found : null
    const target = good ?? this.#begin(arrival, candidate)
    const refused = good !== null || !entry.isClaim ? null : task.metReuse ? 'reuse' : 'unknown'
    if (good !== null) connection.due = instruction
    connection.canReceive = entry.canReceive
    entry.admit?.(connection)
    await this.#open(connection, target)
    return connection.describe(target, connection.due, refused)
  }

  #join({ connection, joined }: Arriving, shared: SharedSession): SharedSession {
    joined.add(shared)
    shared.connections.add(connection)
    return shared
  }

  /** A new anonymous session, in place of one that is not good after all. */
  #begin(arrival: Arriving, candidate: SharedSession): SharedSession {
    if (candidate.session.expiresAt === null) return candidate
    const begun = this.#join(arrival, new SharedSession(this.#saver))
    begun.session = this.#registry.sessions.openAnonymous(begun)
    return begun
  }

  /** The session that its others are in, or else the candidate. Null if it ended, or got another credential, meanwhile. */
  async #find(arrival: Arriving, candidate: SharedSession): Promise<SharedSession | null> {
    const { sessions } = this.#registry
    for (;;) {
      const found = this.#registry.claim(candidate)
      if (found === candidate) return candidate
      const { move } = found
      if (move !== null) {
        await move.settled
        if (found.move === move) throw takesTooLong()
        continue
      }
      await this.#saver.restore(found)
      if (await sessions.refresh(found.session, candidate.session)) {
        // At once, lest its last connection leaves, and nobody finds it to end it.
        if (this.#registry.claim(candidate) === found && found.move === null)
          return this.#join(arrival, found)
        continue
      }
      if (!(await sessions.refresh(candidate.session))) return null
      // Others signed in where this process was not told: those who are in the session from before must not come along.
      this.#registry.replace(found)
    }
  }

  async #open(connection: Connection, target: SharedSession): Promise<void> {
    const goBack = connection.move(target)
    connection.entering = target
    const text = target.connections.size > 1 ? textOf(target) : null
    const task = new Task(connection, target)
    try {
      await task.run(async () => {
        await this.#onOpen(connection)
        await this.#saver.commit(task)
      })
      if (connection.isClosed) throw clientHasLeft()
    } catch (error) {
      goBack()
      if (text !== null && text !== textOf(target)) await this.#saver.giveUp(target, error)
      throw error
    }
  }

  leave(connection: Connection, shared: SharedSession): void {
    shared.connections.delete(connection)
    if (shared.move?.by === connection) this.#saver.abandon(shared)
    if (shared.connections.size === 0) this.#registry.drop(shared)
  }
}

interface Arriving extends Arrival {
  readonly connection: Connection
  readonly entry: Entry
  /** Those that it is to be left out of again, but for the one that it stays in. */
  readonly joined: Set<SharedSession>
}

/** Null if JSON cannot carry it. */
function textOf({ session }: SharedSession): string | null {
  try {
    return JSON.stringify(session)
  } catch {
    return null
  }
}

const clientHasLeft = () =>
  new SessionError('session_ended', 'The client has left, or its session was ended, meanwhile.')

const takesTooLong = () =>
  new SessionError(
    'conflict',
    'A sign-in to this session was begun and not saved: its answerer takes too long.',
  )
