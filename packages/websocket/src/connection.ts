import { type Instruction, type Session, SessionError } from '@sojourn/core'
import type { ConnectionContext } from './connection-context.ts'
import type { HandshakeRequest } from './handshake-request.ts'
import {
  type ClientMessage,
  closeCodes,
  describeSession,
  type ServerMessage,
  type SessionState,
} from './protocol.ts'
import type { SharedSession } from './shared-session.ts'
import type { Socket } from './socket.ts'
import type { SocketConnection } from './socket-connection.ts'

type Listener = (code: number, reason: string) => void

export class Connection implements SocketConnection<object> {
  readonly request: HandshakeRequest
  readonly binding: string | null
  socket: Socket | null = null
  shared: SharedSession | null = null
  isClosed = false
  /** Its session was taken from it: what still runs in its name must write nowhere. */
  isPutOut = false
  /** Whether a credential can reach its client now. */
  canReceive: boolean
  /** Present and ticket, one at a time. */
  isPresenting = false
  metReuse = false
  entering: SharedSession | null = null
  due: Instruction = { do: 'keep' }
  running = 0
  #whenIdle: (() => void) | null = null
  queue: ClientMessage[] | null = null
  /** When it became what it is: open, or anonymous. */
  since: number
  lastSeenAt: number
  pingedAt = 0
  /** When the client would be back within its rate. */
  paidUntil = 0
  readonly #context: ConnectionContext
  #shownId = ''
  #shownUserId: string | null = null
  #limbo: Session | null = null
  #held: ServerMessage[] | null = null
  #changed: (() => void)[] | null = null
  #closed: Listener[] | null = null

  constructor(
    context: ConnectionContext,
    request: HandshakeRequest,
    credential: { readonly canReceive: boolean; readonly binding: string | null },
  ) {
    this.#context = context
    this.request = request
    this.canReceive = credential.canReceive
    this.binding = credential.binding
    this.since = this.lastSeenAt = context.now()
  }

  get canHold(): boolean {
    return this.canReceive && !this.isClosed
  }

  get session(): Session<object> {
    const { shared } = this
    if (shared !== null && !this.isPutOut && (shared.move === null || shared.move.by === this)) {
      return shared.session
    }
    this.#limbo ??= this.#context.createLimbo(
      new SessionError('session_ended', 'The session of this connection was ended, or replaced, meanwhile.'),
    )
    return this.#limbo
  }

  /** Notes what the client knows by now. */
  describe(
    shared: SharedSession,
    instruction: Instruction,
    refused?: 'reuse' | 'unknown' | null,
  ): SessionState {
    const { id, userId } = shared.session
    if (userId === null && (this.#shownUserId !== null || this.#shownId === ''))
      this.since = this.#context.now()
    this.#shownId = id
    this.#shownUserId = userId
    return describeSession(shared.session, instruction, refused)
  }

  /** Unless it has nothing to do about it. Of the session that it is just entering, the answer to that will tell. */
  showSession(shared: SharedSession, instruction: Instruction): void {
    if (shared === this.entering) {
      if (instruction.do !== 'keep') this.due = instruction
      return
    }
    if (instruction.do === 'keep' && shared.session.userId === this.#shownUserId) return
    this.send(['session', this.describe(shared, instruction)])
  }

  /** Once nothing that came before is in hand. */
  idle(): Promise<void> {
    return new Promise(resolve => {
      this.#whenIdle = resolve
    })
  }

  done(): void {
    this.running--
    if (this.running > 0) return
    this.#whenIdle?.()
    this.#whenIdle = null
  }

  pause(): void {
    this.socket?.pause()
  }

  resume(): void {
    if (this.socket?.isPaused) this.socket.resume()
  }

  tell(type: string, ...args: unknown[]): boolean {
    if (this.entering === null) return this.send(['tell', type, ...args])
    // Not before the client knows which session it is in.
    this.#held ??= []
    this.#held.push(['tell', type, ...args])
    return true
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const message of held) this.send(message)
  }

  /** False above the high water mark, or if it is closed. */
  send(message: ServerMessage): boolean {
    const { socket } = this
    if (this.isClosed || socket === null) return false
    socket.send(JSON.stringify(message))
    const { bufferedAmount } = socket
    const { highWaterBytes, maxBufferedBytes } = this.#context
    if (bufferedAmount > maxBufferedBytes) this.end(closeCodes.readsTooSlowly, 'reads too slowly')
    return bufferedAmount <= highWaterBytes
  }

  onChanged(listener: () => void): () => void {
    this.#changed ??= []
    return addTo(this.#changed, listener)
  }

  onClosed(listener: Listener): () => void {
    this.#closed ??= []
    return addTo(this.#closed, listener)
  }

  tellChanged(): void {
    const move = this.shared?.move ?? null
    if (this.isClosed || (move !== null && move.by !== this)) return
    for (const listener of [...(this.#changed ?? [])]) this.attempt(listener)
  }

  close(code = 1000, reason = ''): void {
    this.end(code, reason)
  }

  /** Once; also when the client has left. */
  end(code: number, reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.isPutOut = code === closeCodes.ended || code === closeCodes.replaced
    this.queue = null
    this.resume()
    const { socket } = this
    if (socket !== null && socket.readyState === socket.OPEN) socket.close(code, reason)
    this.#context.ended(this, code, reason)
    for (const listener of this.#closed ?? []) this.attempt(() => listener(code, reason))
    this.#changed = this.#closed = null
  }

  /** The client is there no more, and cannot answer that it is closed. */
  drop(): void {
    this.socket?.terminate()
    this.end(1006, '')
  }

  /** What a listener throws disturbs nobody. */
  attempt(listener: () => unknown): void {
    const fail = (error: unknown) => this.#context.onError(error, this)
    try {
      const done = listener()
      if (done instanceof Promise) done.catch(fail)
    } catch (error) {
      fail(error)
    }
  }
}

function addTo<T>(listeners: T[], listener: T): () => void {
  const entry = listener
  listeners.push(entry)
  return () => {
    const at = listeners.indexOf(entry)
    if (at >= 0) listeners.splice(at, 1)
  }
}
