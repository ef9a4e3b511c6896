import { SessionError } from './errors.ts'
import type { SessionStore } from './store.ts'

/**
 * The same store, whose every operation ends: with what the store answers, or with a `store_unavailable` that says
 * what failed and has the store's error as its `cause`. One that takes longer than `timeoutMs` is given up; it may
 * still be done.
 *
 * @param timeoutMs 1 to 2^31 - 1
 * @throws {SessionError} `invalid_option`
 */
export function guardStore(store: SessionStore, timeoutMs: number): SessionStore {
  if (!(timeoutMs >= 1 && timeoutMs < 2 ** 31)) {
    throw new SessionError(
      'invalid_option',
      `timeoutMs must be a number from 1 to ${2 ** 31 - 1}, not ${timeoutMs}.`,
    )
  }

  function guard<T>(operation: string, start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          unavailable(`did not ${operation} within ${timeoutMs} ms: is its server up, and not overloaded?`),
        )
      }, timeoutMs)
      start().then(
        value => {
          clearTimeout(timer)
          resolve(value)
        },
        cause => {
          clearTimeout(timer)
          reject(
            cause instanceof SessionError
              ? cause
              : unavailable(`could not ${operation}: ${reasonOf(cause)}`, cause),
          )
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
    listByUser: userId => guard('list', () => store.listByUser(userId)),
    remove: id => guard('remove', () => store.remove(id)),
    onRemoved: listener => store.onRemoved(listener),
    close: () => guard('close', () => store.close()),
  }
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
