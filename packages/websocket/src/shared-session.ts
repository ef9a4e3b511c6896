import { type LiveSession, type Session, SessionError, type SessionHost } from '@sojourn/core'
import type { Connection } from './connection.ts'
import { current, type Drop } from './current.ts'
import { closeCodes } from './protocol.ts'
import type { Saver } from './saver.ts'

/** A sign-in or an ending that is not saved yet. The connection that did it is the only one left. */
export interface Move {
  readonly by: Connection
  readonly since: number
  /** Closes the others: once the one that moved has been told, for they come back with what it was given. */
  readonly closeOthers: () => void
  readonly settled: Promise<void>
  readonly settle: () => void
}

/** One session in this process: the live object, and all connections that are in it. */
export class SharedSession implements SessionHost {
  session!: Session<object>
  readonly connections = new Set<Connection>()
  /** The id under which the registry has it; null while nothing is stored. */
  key: string | null = null
  /** One more each time that connections are put out: those with a lower one are, or have left before. */
  era = 0
  move: Move | null = null
  /** Who is owed a credential that was made by the last save. */
  creditor: Connection | null = null
  /** Why its last changes could not be saved: they must be dropped before anything else is done. */
  fault: Drop | null = null
  /** The last time that unsaved changes were dropped. */
  dropped: Drop | null = null
  restored: Promise<void> | null = null
  checkAt = 0
  /** The second credential that is being tried. */
  trying: string | null = null
  readonly #saver: Saver

  constructor(saver: Saver) {
    this.#saver = saver
  }

  /** A save found that the session has ended. What is there now is another, empty one. */
  get isLost(): boolean {
    return this.key !== null && this.session.id !== this.key
  }

  /** Whose doing it is: what is due goes to this client, and to no other. */
  get actor(): Connection | null {
    if (this.move !== null) return this.move.by
    const task = current.getStore()
    if (task !== undefined && this.connections.has(task.connection)) return task.connection
    if (task?.shared === this && !task.isDone) return null
    for (const connection of this.connections) if (connection.canHold) return connection
    return this.connections.values().next().value ?? null
  }

  canDeliver(): boolean {
    return this.actor?.canHold ?? false
  }

  get binding(): string | null {
    return this.trying ?? this.actor?.bindings[0] ?? null
  }

  replaced(session: LiveSession): void {
    this.session = session as Session<object>
  }

  saved(): void {
    this.creditor = this.actor
    this.#saver.saved(this)
  }

  moved(how: 'sign-in' | 'end'): void {
    const task = current.getStore()
    const own = task?.shared === this ? task.connection : null
    if (own !== null && (own.shared !== this || own.isPutOut || (how === 'sign-in' && own.isClosed))) {
      throw new SessionError('session_ended', 'The client of this message is in this session no more.')
    }
    const by = this.actor ?? task?.connection
    if (by !== undefined) this.#saver.moved(this, by, how)
  }

  /**
   * Puts out all but one, and returns those that are to be closed. Who is only about to enter finds that it is not among
   * the connections any more.
   */
  putOut(except: Connection | null = null): Connection[] {
    this.era++
    if (except?.shared === this) except.era = this.era
    const others = [...this.connections].filter(connection => connection !== except)
    for (const other of others) this.connections.delete(other)
    return others.filter(other => other.shared === this)
  }

  /** The handler that is told of it here is not told again when its answer is due. */
  failed(error: unknown): void {
    this.fault = { error, toldTo: current.getStore() ?? null }
  }
}

export const signedOut = [closeCodes.ended, 'signed-out'] as const
export const signedIn = [closeCodes.replaced, 'signed in'] as const
