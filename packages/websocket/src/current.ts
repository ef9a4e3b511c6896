import { AsyncLocalStorage } from 'node:async_hooks'
import type { Connection } from './connection.ts'
import type { SharedSession } from './shared-session.ts'

/** Changes that could not be saved. */
export interface Drop {
  readonly error: unknown
  /** The message that has had the error from its own `save`. */
  readonly toldTo: Task | null
}

/** One message in hand: whose it is, and for which session. */
export class Task {
  readonly connection: Connection
  readonly shared: SharedSession
  /** `shared.dropped`, as the message found it. */
  dropped: Drop | null
  /** What it presented was a copy. */
  metReuse = false
  isDone = false

  constructor(connection: Connection, shared: SharedSession) {
    this.connection = connection
    this.shared = shared
    this.dropped = shared.dropped
  }

  /** Does it as that message. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await current.run(this, work)
    } finally {
      this.isDone = true
    }
  }
}

/** The message that the running code belongs to. */
export const current = new AsyncLocalStorage<Task>()
