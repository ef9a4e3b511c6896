import { SessionError } from './errors.ts'
import type { SessionStore } from './store.ts'

/**
 * The same store, whose every operation ends: with what the store answers, or with a `store_unavailable` that says
 * what failed and has the store's error as its `cause`. One that takes longer than `timeoutMs` is given up; it may
 * still be done. A store that is neither durable nor shared is memory, on which nobody waits: it is returned as it is.
 *
 * @param timeoutMs 1 to 2^31 - 1
 * @param listTimeoutMs likewise, for `listByUser`; default `timeoutMs`
 * @throws {SessionError} `invalid_option`
 */
export function guardStore(store: SessionStore, timeoutMs: number, listTimeoutMs = timeoutMs): SessionStore {
  if (!(timeoutMs >= 1 && timeoutMs < 2 ** 31)) {
    throw new SessionError(
      'invalid_option',
      `timeoutMs must be a number from 1 to ${2 ** 31 - 1}, not ${timeoutMs}.`,
    )
  }
  const { durable, shared } = store.traits
  if (!durable && !shared) return store
  const usual = new Running(timeoutMs)
  const lists = new Running(listTimeoutMs)

  function guard<T>(name: string, start: () => Promise<T>, running = usual): Promise<T> {
    return new Promise((resolve, reject) => {
      const operation = running.add(() => {
        reject(
          unavailable(
            `did not ${name} within ${running.timeoutMs} ms: is its server up, and not overloaded?`,
          ),
        )
      })
      attempt(start).then(
        value => {
          running.end(operation)
          resolve(value)
        },
        cause => {
          running.end(operation)
          const isCoded = cause instanceof SessionError
          reject(isCoded ? cause : unavailable(`could not ${name}: ${reasonOf(cause)}`, cause))
        },
      )
    })
  }

  const unavailable = (what: string, cause?: unknown) =>
    new SessionError('store_unavailable', `The session store "${store.name}" ${what}`, { cause })

  return {
    name: store.name,
    traits: store.traits,
    read: id => guard('read', () => store.read(id)),
    write: next => guard('write', () => store.write(next)),
    listByUser: userId => guard('list', () => store.listByUser(userId), lists),
    remove: id => guard('remove', () => store.remove(id)),
    onRemoved: listener => store.onRemoved(listener),
    close: () => guard('close', () => store.close()),
  }
}

interface Operation {
  /** By `performance.now()`. */
  readonly end: number
  giveUp(): void
}

/** The operations that run, oldest first. One timer serves them all: one for each would cost 2 µs. */
class Running {
  readonly timeoutMs: number
  readonly #operations = new Set<Operation>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs
  }

  add(giveUp: () => void): Operation {
    const operation = { end: performance.now() + this.timeoutMs, giveUp }
    this.#operations.add(operation)
    this.#timer ??= this.#wait(this.timeoutMs)
    return operation
  }

  end(operation: Operation): void {
    this.#operations.delete(operation)
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#giveUpLate(), ms).unref()
  }

  #giveUpLate(): void {
    this.#timer = undefined
    for (const operation of this.#operations) {
      const leftMs = operation.end - performance.now()
      if (leftMs > 0) {
        this.#timer = this.#wait(Math.ceil(leftMs))
        return
      }
      this.#operations.delete(operation)
      operation.giveUp()
    }
  }
}

/** What a store throws at once is no other fault. */
async function attempt<T>(start: () => Promise<T>): Promise<T> {
  return start()
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
