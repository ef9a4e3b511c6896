import { AsyncLocalStorage } from 'node:async_hooks'
import type { Connection } from './connection.ts'
import type { SharedSession } from './shared-session.ts'

/** One message in hand: whose it is, and for which session. */
export interface Task {
  readonly connection: Connection
  readonly shared: SharedSession
  /** `shared.drops`, as the message found it. */
  readonly drops: number
  isDone: boolean
}

/** The message that the running code belongs to. */
export const current = new AsyncLocalStorage<Task>()
