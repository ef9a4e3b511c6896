import { ClientError } from './options.ts'
import type { EndedWhy } from './present.ts'

export type State =
  /** On its way to the server, for the first time or again. */
  | { readonly name: 'connecting' }
  | { readonly name: 'active'; readonly userId: string }
  /** Nobody is signed in. */
  | { readonly name: 'anonymous' }
  /** What was stored is worthless and gone: somebody else used a copy of it, a server ended it, or its time was over. */
  | { readonly name: 'ended'; readonly why: EndedWhy }

export const connecting: State = { name: 'connecting' }
export const anonymous: State = { name: 'anonymous' }

/** A state that can be listened to and waited for. */
export class Observed {
  current: State = connecting
  readonly #listeners: Listeners<[State]> = new Set()
  readonly #waiting = new Set<{ resolve(state: State): void; reject(error: Error): void }>()
  #isClosed = false

  set(state: State): void {
    if (this.#isClosed || JSON.stringify(state) === JSON.stringify(this.current)) return
    this.current = state
    publish(this.#listeners, state)
    if (this.current === connecting) return
    for (const { resolve } of this.#waiting) resolve(this.current)
    this.#waiting.clear()
  }

  listen(listener: (state: State) => void): () => void {
    return subscribe(this.#listeners, listener)
  }

  /** The first state that is not connecting. */
  async known(): Promise<State> {
    if (this.current !== connecting) return this.current
    if (this.#isClosed) throw new ClientError('closed')
    return new Promise((resolve, reject) => this.#waiting.add({ resolve, reject }))
  }

  close(): void {
    this.#isClosed = true
    for (const { reject } of this.#waiting) reject(new ClientError('closed'))
    this.#waiting.clear()
  }
}

export type Listeners<A extends readonly unknown[]> = Set<{ readonly listener: (...args: A) => void }>

export function subscribe<A extends readonly unknown[]>(
  listeners: Listeners<A>,
  listener: (...args: A) => void,
): () => void {
  const entry = { listener }
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

/** What a listener throws is reported, and disturbs nothing. */
export function publish<A extends readonly unknown[]>(listeners: Listeners<A> | undefined, ...args: A): void {
  for (const { listener } of [...(listeners ?? [])]) {
    try {
      listener(...args)
    } catch (error) {
      report(error)
    }
  }
}

export function report(error: unknown): void {
  const { reportError = console.error } = globalThis as { reportError?: (error: unknown) => void }
  reportError(error)
}
