import type { Session, SessionData } from '@sojourn/core'
import type { HandshakeRequest } from './handshake-request.ts'

/** One client's socket. */
export interface SocketConnection<D extends object = SessionData> {
  /** The same object for all connections of one session in this process. */
  readonly session: Session<D>
  readonly request: HandshakeRequest
  /**
   * False if what waits to be sent exceeds `highWaterBytes`, though it is sent: leave out the next if you can. Above
   * `maxBufferedBytes` the connection is closed with 4413.
   */
  tell(type: string, ...args: unknown[]): boolean
  /** Calls back when the session was saved, by any of its connections, until the connection switches to another. Returns how to stop. */
  onChanged(listener: () => void): () => void
  /** Calls back once, also if it is closed already. Returns how to stop. */
  onClosed(listener: (code: number, reason: string) => void): () => void
  /**
   * Ends no session. `code`: 1000, or 3000 to 4999; default 1000. `reason`: up to 123 bytes.
   *
   * @throws {SessionError} `invalid_option`
   */
  close(code?: number, reason?: string): void
}
