import type { Session, SessionError } from '@sojourn/core'
import type { Connection } from './connection.ts'

/** What a connection needs of its server. */
export interface ConnectionContext {
  readonly highWaterBytes: number
  readonly maxBufferedBytes: number
  now(): number
  /** A session that refuses all. */
  createLimbo(fault: SessionError): Session
  ended(connection: Connection, code: number, reason: string): void
  onError(error: unknown, connection: Connection | null): void
}
