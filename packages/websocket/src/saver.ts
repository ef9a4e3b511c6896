import type { Instruction } from '@sojourn/core'
import type { ChangeFeed } from './change-feed.ts'
import { current, type Task } from './current.ts'
import { closeCodes } from './protocol.ts'
import type { Registry } from './registry.ts'
import type { SharedSession } from './shared-session.ts'

export interface SaverOptions {
  readonly changes: ChangeFeed | null
  onError(error: unknown): void
}

/** Saves shared sessions, tells the one client that must know, and parts it from the others where it must be. */
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
  async commit(task: Task): Promise<void> {
    const { connection, shared } = task
    while (shared.move !== null && shared.move.by !== connection) await shared.move.settled
    if (connection.isPutOut) return
    if (task.drops !== shared.drops) throw shared.dropped
    await this.save(shared)
  }

  async save(shared: SharedSession): Promise<void> {
    const count = shared.move?.count
    let instruction: Instruction
    try {
      instruction = await this.#registry.sessions.commit(shared.session)
    } catch (error) {
      await this.#giveUp(shared, error)
      throw error
    }
    // The application has had this error from its own `save`, and answers as it likes.
    if (shared.fault !== null) await this.#giveUp(shared, shared.fault)
    this.#settle(shared, instruction, shared.move !== null && shared.move.count === count)
  }

  /** After a save. The one that caused it is told first: the others come back with what it was given. */
  #settle(shared: SharedSession, instruction: Instruction, isMoved: boolean): void {
    const receiver = shared.move?.by ?? shared.creditor ?? shared.actor
    shared.creditor = null
    // Nobody is told of a user who is not saved yet.
    if (shared.move === null || isMoved || instruction.do !== 'keep')
      receiver?.showSession(shared, instruction)
    if (!isMoved && shared.move === null && shared.hasLeft) {
      // A save found that it had ended. What is there now is another, empty one.
      this.#registry.drop(shared)
      return this.#registry.closeAll(shared, closeCodes.ended, 'revoked')
    }
    if (isMoved) this.#partFromOthers(shared)
    if (shared.connections.size > 0) this.#registry.takePlace(shared)
  }

  #partFromOthers(shared: SharedSession): void {
    const { move } = shared
    if (move === null) return
    for (const connection of shared.connections) {
      if (connection === move.by) continue
      if (move.isEnd) connection.end(closeCodes.ended, 'signed-out')
      else connection.end(closeCodes.replaced, 'signed in')
    }
    if (shared.hasLeft) this.#registry.drop(shared)
    shared.move = null
    move.settle()
  }

  /** The one that moved it has left: nobody can tell whether that will be saved. */
  abandon(shared: SharedSession): void {
    const { move } = shared
    this.#registry.drop(shared)
    this.#partFromOthers(shared)
    move?.settle()
  }

  /** What could not be saved is dropped, as a request that failed leaves nothing behind. */
  async #giveUp(shared: SharedSession, error: unknown): Promise<void> {
    shared.drops++
    shared.dropped = shared.fault = error
    const isRestored = await this.restore(shared).then(
      () => true,
      () => false,
    )
    if (shared.move === null) return
    // What could not be ended yet will be; and nobody may see what could not be undone.
    if (!isRestored || shared.hasLeft) {
      this.#partFromOthers(shared)
      this.#registry.drop(shared)
    }
    const { move } = shared
    shared.move = null
    move?.settle()
  }

  /** @throws {SessionError} `store_unavailable`: it is to be tried again before the session is used. */
  async restore(shared: SharedSession): Promise<void> {
    if (shared.fault === null) return
    const { fault } = shared
    await shared.session.reload()
    if (shared.fault === fault) shared.fault = null
    if (shared.connections.size > 0) this.#registry.takePlace(shared)
  }

  /** By `session.save()` or an ending: what is due is sent with the message, if there is one in hand. */
  saved(shared: SharedSession): void {
    const { changes, onError } = this.#options
    const { id, expiresAt } = shared.session
    if (changes !== null && expiresAt !== null) changes.announce(id).catch(onError)
    this.saveOutside(shared)
    queueMicrotask(() => this.#registry.tellChanged(shared))
  }

  /** What is done while no message of the session is in hand has none that it could be saved with. */
  saveOutside(shared: SharedSession): void {
    const task = current.getStore()
    if (task?.shared === shared && !task.isDone) return
    queueMicrotask(() => this.save(shared).catch(this.#options.onError))
  }
}
