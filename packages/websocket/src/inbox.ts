import { SessionError } from '@sojourn/core'
import { ClientError, isServerFault } from './client-error.ts'
import type { Connection } from './connection.ts'
import { Task } from './current.ts'
import { type ClientMessage, closeCodes, parseMessage, type SessionState } from './protocol.ts'
import type { Registry } from './registry.ts'
import type { Saver } from './saver.ts'
import type { SharedSession } from './shared-session.ts'

export interface InboxOptions {
  readonly registry: Registry
  readonly saver: Saver
  readonly messagesPerSecond: number
  readonly maxPendingAsks: number
  now(): number
  /** Takes the connection into the session of what it presents. */
  present(connection: Connection, message: Presenting): Promise<SessionState>
  onError(error: unknown, connection: Connection | null): void
}

export type Presenting = Extract<ClientMessage, readonly ['present' | 'ticket', ...unknown[]]>
type Handled = Extract<ClientMessage, readonly ['ask' | 'tell', ...unknown[]]>
// biome-ignore lint/suspicious/noExplicitAny: what clients send is the application's to check
export type Answerer = (connection: any, ...args: any[]) => unknown

/** How many seconds' worth of messages may come at once. */
const burst = 2

/** What becomes of the messages of all connections. */
export class Inbox {
  readonly answerers = new Map<string, Answerer>()
  readonly #options: InboxOptions
  readonly #costMs: number

  constructor(options: InboxOptions) {
    this.#options = options
    this.#costMs = 1000 / options.messagesPerSecond
  }

  /** False if the client sends more than it may: then it is closed. */
  count(connection: Connection): boolean {
    const now = this.#options.now()
    connection.lastSeenAt = now
    connection.pingedAt = 0
    const limit = now + 1000 * burst
    // Beyond it is only what was paid before the clock was set back.
    const paidUntil = connection.paidUntil > limit ? now : Math.max(connection.paidUntil, now)
    connection.paidUntil = paidUntil + this.#costMs
    if (connection.paidUntil <= limit) return true
    connection.end(closeCodes.flood, 'too many messages')
    return false
  }

  receive(connection: Connection, data: Buffer, isBinary: boolean): void {
    if (connection.isClosed || !this.count(connection)) return
    const message = isBinary ? null : parseMessage(data.toString())
    if (message === null) return connection.end(closeCodes.badMessage, 'bad message')
    if (message[0] === 'ping') return void connection.send(['pong'])
    if (connection.queue === null && this.#isFree(connection)) return this.#take(connection, message)
    connection.queue ??= []
    connection.queue.push(message)
    if (connection.queue.length + connection.running >= this.#options.maxPendingAsks) connection.pause()
  }

  #isFree({ isPresenting, running }: Connection): boolean {
    return !isPresenting && running < this.#options.maxPendingAsks
  }

  #take(connection: Connection, message: ClientMessage): void {
    if (message[0] === 'ask' || message[0] === 'tell') void this.#handle(connection, message)
    else if (message[0] !== 'ping') void this.#present(connection, message)
  }

  /** Takes up what came while it presented. */
  presented(connection: Connection): void {
    connection.release()
    connection.isPresenting = false
    this.#takeNext(connection)
  }

  #takeNext(connection: Connection): void {
    const { queue } = connection
    while (queue !== null && queue.length > 0 && this.#isFree(connection)) {
      this.#take(connection, queue.shift() as ClientMessage)
    }
    if (connection.isClosed || (queue !== null && queue.length > 0)) return
    connection.queue = null
    connection.resume()
  }

  async #present(connection: Connection, message: Presenting): Promise<void> {
    connection.isPresenting = true
    try {
      const state = await this.#options.present(connection, message)
      connection.send(['presented', message[1], state])
    } catch (error) {
      this.#refuse(connection, message[1], error)
    }
    this.presented(connection)
  }

  async #handle(connection: Connection, message: Handled): Promise<void> {
    const [id, type, ...args] = message[0] === 'ask' ? message.slice(1) : [null, ...message.slice(1)]
    const askId = id as number | null
    connection.running++
    try {
      const answerer = this.answerers.get(type as string)
      const { shared } = connection
      if (shared === null) throw new ClientError('not_presented', 'Present a credential, or null, first.')
      if (connection.isPutOut)
        throw new ClientError('session_ended', 'The session of this connection has ended.')
      if (answerer === undefined) throw new ClientError('unknown_type', 'There is no answer to this type.')
      if (!this.#isReady(shared)) await this.#makeReady(shared)
      if (!connection.isClosed) {
        const value = await this.#answer(connection, shared, () => answerer(connection, ...args))
        if (askId !== null) connection.send(['answer', askId, value ?? null])
      }
    } catch (error) {
      this.#refuse(connection, askId, error)
    }
    connection.done()
    this.#takeNext(connection)
  }

  #isReady({ fault, session }: SharedSession): boolean {
    return fault === null && (session.expiresAt === null || session.expiresAt > this.#options.now())
  }

  async #makeReady(shared: SharedSession): Promise<void> {
    const { registry, saver, now } = this.#options
    await saver.restore(shared)
    const { expiresAt } = shared.session
    if (expiresAt !== null && expiresAt <= now()) await registry.check(shared)
  }

  /** What the answerer changed is saved before its answer goes out, and also if it failed. */
  async #answer(connection: Connection, shared: SharedSession, answer: () => unknown): Promise<unknown> {
    const task = new Task(connection, shared)
    return task.run(async () => {
      try {
        const value = await answer()
        await this.#options.saver.commit(task)
        return value
      } catch (error) {
        await this.#options.saver.commit(task).catch(another => {
          if (another !== error && isServerFault(another)) this.#options.onError(another, connection)
        })
        throw error
      }
    })
  }

  /** Of faults, the client learns the code alone. */
  #refuse(connection: Connection, id: number | null, error: unknown): void {
    const isFault = isServerFault(error)
    if (isFault) this.#options.onError(error, connection)
    if (id === null) return
    const code = error instanceof ClientError || error instanceof SessionError ? error.code : 'internal'
    connection.send(['refuse', id, code, isFault ? 'The server failed.' : (error as Error).message])
  }
}
