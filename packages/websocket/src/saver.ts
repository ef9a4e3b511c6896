import { type Instruction, SessionError } from '@sojourn/core'
import type { ChangeFeed } from './change-feed.ts'
import type { Connection } from './connection.ts'
import { current, type Task } from './current.ts'
import type { Registry } from './registry.ts'
import { type Move, type SharedSession, signedIn, signedOut } from './shared-session.ts'

export interface SaverOptions {
  readonly changes: ChangeFeed | null
  now(): number
  onError(error: unknown): void
}

/** Saves shared sessions, and tells the one client that must know. */
export class Saver {
  readonly #registry: Registry
  readonly #options: SaverOptions

  constructor(registry: Registry, options: SaverOptions) {
    this.#registry = registry
    this.#options = options
  }

  /**
   * Saves what the message changed and tells its client what it must know of it. Settles at once, and without
   * effect, where the connection has been put out of its session.
   */
  async commit({ connection, shared, dropped }: Task): Promise<void> {
    if (connection.isPutOut) return
    if (dropped !== shared.dropped) throw shared.dropped?.error
    await this.save(shared)
  }

  async save(shared: SharedSession): Promise<void> {
    const { move } = shared
    try {
      const instruction = await this.#registry.sessions.commit(shared.session)
      // The application has had this error from its own `save`, and answers as it likes.
      if (shared.fault !== null) await this.#giveUp(shared)
      this.#settle(shared, instruction, move)
    } catch (error) {
      await this.giveUp(shared, error)
      throw error
    } finally {
      if (shared.move === move) this.#endMove(shared)
    }
  }

  #settle(shared: SharedSession, instruction: Instruction, move: Move | null): void {
    const receiver = shared.move?.by ?? shared.creditor ?? shared.actor
    shared.creditor = null
    // Nobody is told of a user who is not saved yet.
    const isNews = shared.move === move || instruction.do !== 'keep'
    if (isNews) receiver?.showSession(shared, instruction)
    if (shared.move === null && shared.isLost) return this.#registry.end(shared, 'revoked')
    if (shared.connections.size > 0) this.#registry.takePlace(shared)
  }

  /**
   * From now on the session is one connection's own: the others have not given the password, and what they hold is
   * worthless as soon as this is saved.
   */
  moved(shared: SharedSession, by: Connection, how: 'sign-in' | 'end'): void {
    this.#endMove(shared)
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
    const [code, reason] = how === 'end' ? signedOut : signedIn
    const others = shared.putOut(by)
    const closeOthers = () => {
      for (const other of others) other.end(code, reason)
    }
    shared.move = { by, since: this.#options.now(), closeOthers, settled, settle }
    // What follows is another session.
    if (how === 'end') this.#registry.drop(shared)
    this.#saveOutside(shared)
  }

  #endMove(shared: SharedSession): void {
    const { move } = shared
    shared.move = null
    move?.closeOthers()
    move?.settle()
  }

  /** The one that moved it has left: nobody can tell whether that will be saved. */
  abandon(shared: SharedSession): void {
    this.#registry.drop(shared)
    this.#endMove(shared)
  }

  /** What could not be saved is dropped, as a request that failed leaves nothing behind. */
  async giveUp(shared: SharedSession, error: unknown): Promise<void> {
    shared.fault = { error, toldTo: null }
    await this.#giveUp(shared)
  }

  async #giveUp(shared: SharedSession): Promise<void> {
    await this.restore(shared).catch(() => {}) // Before anything else is done, it is tried again.
  }

  /**
   * Drops what could not be saved. Where the session has ended meanwhile, its connections are put out.
   *
   * @throws {SessionError} `store_unavailable`: it is to be tried again before the session is used.
   */
  restore(shared: SharedSession): Promise<void> {
    if (shared.fault === null) return Promise.resolve()
    shared.restored ??= this.#restore(shared).finally(() => {
      shared.restored = null
    })
    return shared.restored
  }

  async #restore(shared: SharedSession): Promise<void> {
    const { fault } = shared
    if (fault === null) return
    if (fault.toldTo?.dropped === shared.dropped) fault.toldTo.dropped = fault
    shared.dropped = fault
    try {
      await shared.session.reload()
    } catch (error) {
      if (!(error instanceof SessionError && error.code === 'session_ended')) throw error
      await this.#registry.lose(shared)
    }
    if (shared.fault === fault) shared.fault = null
  }

  /** By `session.save()` or an ending: what is due is sent with the message, if there is one in hand. */
  saved(shared: SharedSession): void {
    const { changes, onError } = this.#options
    const { id, expiresAt } = shared.session
    if (changes !== null && expiresAt !== null) changes.announce(id).catch(onError)
    this.#saveOutside(shared)
    queueMicrotask(() => this.#registry.tellChanged(shared))
  }

  /** What is done while no message of the session is in hand has none that it could be saved with. */
  #saveOutside(shared: SharedSession): void {
    const task = current.getStore()
    if (task?.shared === shared && !task.isDone) return
    queueMicrotask(() => this.save(shared).catch(this.#options.onError))
  }
}
