import type { LiveSession, Session, SessionHost } from '@sojourn/core'
import type { Connection } from './connection.ts'
import { current } from './current.ts'
import type { Saver } from './saver.ts'

/** A sign-in or an ending that is not saved yet: the connection that did it goes along, all others must not. */
export interface Move {
  readonly by: Connection
  /** Whether the session ended; otherwise it got another credential. */
  isEnd: boolean
  /** How many sign-ins and endings it is made of. */
  count: number
  readonly settled: Promise<void>
  readonly settle: () => void
}

/** One session in this process: the live object, and all connections that are in it. */
export class SharedSession implements SessionHost {
  session!: Session<object>
  readonly connections = new Set<Connection>()
  /** The id under which the registry has it; null while nothing is stored. */
  key: string | null = null
  move: Move | null = null
  /** Who is owed a credential that was made by the last save. */
  creditor: Connection | null = null
  /** Why its last changes could not be saved: they must be dropped before anything else is done. */
  fault: unknown = null
  /** How often unsaved changes were dropped, and why the last time. */
  drops = 0
  dropped: unknown = null
  checkAt = 0
  readonly #saver: Saver

  constructor(saver: Saver) {
    this.#saver = saver
  }

  /** What is there now is another session than the one that its connections came for. */
  get hasLeft(): boolean {
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
    return this.actor?.binding ?? null
  }

  replaced(session: LiveSession): void {
    this.session = session as Session<object>
  }

  saved(): void {
    this.creditor = this.actor
    this.#saver.saved(this)
  }

  moved(how: 'sign-in' | 'end'): void {
    const by = this.actor ?? current.getStore()?.connection
    if (by === undefined) return
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
    this.move ??= { by, isEnd: false, count: 0, settled, settle }
    if (how === 'end') this.move.isEnd = true
    this.move.count++
    if (by.isClosed) this.#saver.abandon(this)
    else this.#saver.saveOutside(this)
  }

  failed(error: unknown): void {
    this.fault = error
  }
}
