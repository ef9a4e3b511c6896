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

type Closed = (code: number, reason: string) => void

/** RFC 6455, section 5.5. */
const maxReasonBytes = 123

export class Connection implements SocketConnection<object> {
  readonly request: HandshakeRequest
  /** The second credentials that came with the handshake, the one that is known to be good first. */
  bindings: readonly string[]
  socket: Socket | null = null
  shared: SharedSession | null = null
  isClosed = false
  /** The session's, when it entered or had it to itself. */
  era = 0
  /** Whether a credential can reach its client now. */
  canReceive: boolean
  /** Present and ticket, one at a time. */
  isPresenting = false
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
  #held: string[] | null = null
  #changed: Set<{ readonly listener: () => void }> | null = null
  #closed: Set<{ readonly listener: Closed }> | null = null
  #ending: Parameters<Closed> | null = null

  constructor(
    context: ConnectionContext,
    request: HandshakeRequest,
    credential: { readonly canReceive: boolean; readonly bindings: readonly string[] },
  ) {
    this.#context = context
    this.request = request
    this.canReceive = credential.canReceive
    this.bindings = credential.bindings
    this.since = this.lastSeenAt = context.now()
  }

  get canHold(): boolean {
    return this.canReceive && !this.isClosed
  }

  /** Its session was taken from it: what still runs in its name must write nowhere. */
  get isPutOut(): boolean {
    return this.shared !== null && this.shared.era !== this.era
  }

  /** Whether its client knows that nobody is signed in. */
  get isAnonymous(): boolean {
    return this.#shownId !== '' && this.#shownUserId === null
  }

  get session(): Session<object> {
    if (this.shared !== null && !this.isPutOut) return this.shared.session
    this.#limbo ??= this.#context.createLimbo(
      new SessionError('session_ended', 'The session of this connection was ended, or replaced, meanwhile.'),
    )
    return this.#limbo
  }

  /** Returns how to go back. */
  move(shared: SharedSession): () => void {
    const { shared: before, era } = this
    const changed = this.#changed
    this.shared = shared
    this.era = shared.era
    this.#changed = null
    return () => {
      this.shared = before
      this.era = era
      this.#changed = changed
    }
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
    const text = JSON.stringify(['tell', type, ...args])
    if (this.entering === null) return this.#send(text)
    // Not before the client knows which session it is in.
    this.#held ??= []
    this.#held.push(text)
    return true
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const text of held) this.#send(text)
  }

  send(message: ServerMessage): boolean {
    return this.#send(JSON.stringify(message))
  }

  /** False above the high water mark, or if it is closed. */
  #send(text: string): boolean {
    if (this.isClosed || this.socket === null) return false
    this.socket.send(text)
    return this.isFast()
  }

  /** Whether what waits to be sent is below the high water mark. Above `maxBufferedBytes` the connection is closed. */
  isFast(): boolean {
    const bufferedAmount = this.socket?.bufferedAmount ?? 0
    const { highWaterBytes, maxBufferedBytes } = this.#context
    if (bufferedAmount > maxBufferedBytes) this.end(closeCodes.readsTooSlowly, 'reads too slowly')
    return bufferedAmount <= highWaterBytes
  }

  onChanged(listener: () => void): () => void {
    this.#changed ??= new Set()
    return addTo(this.#changed, listener)
  }

  onClosed(listener: Closed): () => void {
    this.#closed ??= new Set()
    const stop = addTo(this.#closed, listener)
    if (this.#ending !== null) queueMicrotask(() => this.#tellClosed())
    return stop
  }

  tellChanged(shared: SharedSession): void {
    if (this.isClosed || this.shared !== shared) return
    for (const { listener } of [...(this.#changed ?? [])]) this.attempt(listener)
  }

  #tellClosed(): void {
    const listeners = this.#closed ?? []
    this.#closed = null
    const [code, reason] = this.#ending ?? [1006, '']
    for (const { listener } of listeners) this.attempt(() => listener(code, reason))
  }

  close(code = 1000, reason = ''): void {
    if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
      throw new SessionError('invalid_option', `close takes the code 1000, or 3000 to 4999, not ${code}.`)
    }
    if (Buffer.byteLength(reason) > maxReasonBytes) {
      throw new SessionError('invalid_option', `close takes a reason of at most ${maxReasonBytes} bytes.`)
    }
    this.end(code, reason)
  }

  /** Once; also when the client has left. */
  end(code: number, reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.queue = null
    this.resume()
    const { socket } = this
    if (socket !== null && socket.readyState === socket.OPEN) socket.close(code, reason)
    this.#context.ended(this, code, reason)
    this.#ending = [code, reason]
    this.#tellClosed()
    this.#changed = null
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

/** Each has an entry of its own, though the listener may be there twice. */
function addTo<T>(listeners: Set<{ readonly listener: T }>, listener: T): () => void {
  const entry = { listener }
  listeners.add(entry)
  return () => void listeners.delete(entry)
}
