import type { Stop } from './alarms.ts'
import { type ChannelLike, ClientError, type ClientOptions } from './options.ts'
import { Presence } from './presence.ts'
import { complete, type Settings } from './settings.ts'
import { type Listeners, publish, type State, subscribe } from './state.ts'

/** A client of a Sojourn server, which stays in its session whatever becomes of its connections. */
export interface Client {
  readonly state: State
  /** The first state from now on that is not `connecting`. Rejects with `closed`. */
  readonly ready: Promise<State>
  /** Returns how to stop listening. */
  onState(listener: (state: State) => void): Stop
  /**
   * Waits for a connection, and asks. It is sent at most once; `connection_lost` means that it may have been done.
   *
   * @throws {ClientError} the server's code, `connection_lost`, `timeout`, `session_ended`, `closed`
   */
  ask<T = unknown>(type: string, ...args: unknown[]): Promise<T>
  /** As `ask`, but nobody learns what becomes of it. */
  tell(type: string, ...args: unknown[]): void
  /** To what the server tells. Returns how to stop listening. */
  listen<A extends unknown[]>(type: string, listener: (...args: A) => void): Stop
  /** Switches to another stored session, or to a new anonymous one if nothing is stored. Asks after this are its own. */
  use(identity: string): Promise<State>
  /** Those of which a key is stored. */
  identities(): Promise<string[]>
  /** Removes its key; the session is not ended. If it is the one in use, the client begins anew, anonymous. */
  forget(identity: string): Promise<void>
  /**
   * Presents the key now, if there is one; without stored keys, connects anew. Resolves to the state that follows; a
   * server that has a fault is tried again later, and meanwhile the state stays as it was. Rejects with `closed`.
   */
  renew(): Promise<State>
  /** Leaves the session as it is, and nothing behind. What is asked and not answered is rejected with `closed`. */
  close(): void
}

/** Connects at once. @throws {ClientError} `invalid_option` */
export function createClient(options: ClientOptions): Client {
  return new SessionClient(complete(options))
}

class SessionClient implements Client {
  readonly #settings: Settings
  readonly #presence: Presence
  readonly #channel: ChannelLike | null
  readonly #listeners = new Map<unknown, Listeners<never>>()

  constructor(settings: Settings) {
    const { name, storesKeys, channel, events } = settings
    this.#settings = settings
    this.#presence = new Presence(settings, {
      hear: frame => this.#hear(frame),
      stored: identity => this.#channel?.postMessage(identity),
    })
    this.#channel = (storesKeys && channel?.(name)) || null
    if (this.#channel) this.#channel.onmessage = ({ data }: { data: unknown }) => void this.#look(data)
    events?.addEventListener('online', this.#onEvent)
    events?.addEventListener('visibilitychange', this.#onEvent)
  }

  get state(): State {
    return this.#presence.state.current
  }

  get ready(): Promise<State> {
    return this.#presence.state.known()
  }

  onState(listener: (state: State) => void): Stop {
    return this.#presence.state.listen(listener)
  }

  async ask<T = unknown>(type: string, ...args: unknown[]): Promise<T> {
    return (await this.#call('ask', type, args)) as T
  }

  tell(type: string, ...args: unknown[]): void {
    this.#call('tell', type, args).catch(() => {})
  }

  listen<A extends unknown[]>(type: string, listener: (...args: A) => void): Stop {
    const listeners: Listeners<never> = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    return subscribe(listeners, listener)
  }

  async use(identity: string): Promise<State> {
    this.#refuseUnlessStored()
    if (identity !== this.#presence.identity) this.#presence.use(identity)
    return this.ready
  }

  identities(): Promise<string[]> {
    return this.#presence.items.list()
  }

  async forget(identity: string): Promise<void> {
    this.#refuseUnlessStored()
    await this.#presence.lock.hold(() => this.#presence.items.update(identity, () => null))
    if (identity !== this.#presence.identity) return
    this.#presence.restart()
    await this.ready
  }

  renew(): Promise<State> {
    return this.#presence.renew()
  }

  close(): void {
    this.#presence.close()
    this.#channel?.close()
    this.#settings.events?.removeEventListener('online', this.#onEvent)
    this.#settings.events?.removeEventListener('visibilitychange', this.#onEvent)
  }

  async #call(kind: 'ask' | 'tell', type: string, args: unknown[]): Promise<unknown> {
    const answer = this.#presence.calls.add(kind, [type, ...args])
    this.#presence.wake()
    this.#presence.flush()
    return answer
  }

  #hear([kind, subject, ...rest]: readonly unknown[]): void {
    if (kind === 'answer') this.#presence.calls.answer(subject as number, rest[0])
    else if (kind === 'refuse')
      this.#presence.calls.refuse(subject as number, rest[0] as string, rest[1] as string)
    else if (kind === 'tell') {
      publish(this.#listeners.get(subject), ...(rest as never))
    }
  }

  #refuseUnlessStored(): void {
    if (this.#settings.storesKeys) return
    throw new ClientError('invalid_option', 'Identities need stored keys.')
  }

  /** Another tab may have signed in. */
  async #look(identity: unknown): Promise<void> {
    const { name } = this.state
    const presence = this.#presence
    if (identity !== presence.identity || (name !== 'anonymous' && name !== 'ended')) return
    const item = await presence.items.read(presence.identity).catch(() => null)
    if (item === null || (item.session === presence.held?.session && item.userId === null)) return
    presence.wake()
    void presence.present()
  }

  readonly #onEvent = (): void => {
    globalThis.document?.hidden || this.#presence.nudge()
  }
}
