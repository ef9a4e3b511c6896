import { createSessionId, guardStore, type SessionStore } from '@sojourn/core'

/** Tells other processes that a session was saved. */
export interface ChangeFeed {
  announce(sessionId: string): Promise<void>
  /** Calls back with the id of each session that another process announced. Returns how to stop. */
  onChanged(listener: (sessionId: string) => void): () => void
}

export interface ChangeFeedOptions {
  /** One that tells all processes of removals. */
  readonly store: SessionStore
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

const prefix = 'changed.'
const signalMs = 60_000
const timeoutMs = 2000

/** Each save costs two writes more: stores tell of removals, so a record that names the session is written and removed. */
export function createChangeFeed({ now = Date.now, ...options }: ChangeFeedOptions): ChangeFeed {
  const store = guardStore(options.store, timeoutMs)
  const own = `${prefix}${createSessionId().slice(0, 8)}.`
  let count = 0
  return {
    async announce(sessionId) {
      const id = `${own}${(count++).toString(36)}.${sessionId}`
      const at = Math.floor(now())
      await store.write({
        id,
        userId: null,
        data: '{}',
        createdAt: at,
        rotatedAt: at,
        deadline: at + signalMs,
        expiresAt: at + signalMs,
        version: 1,
        generation: 0,
        attempts: [],
      })
      await store.remove(id)
    },

    onChanged: listener =>
      store.onRemoved(id => {
        if (id.startsWith(prefix) && !id.startsWith(own)) listener(id.slice(id.lastIndexOf('.') + 1))
      }),
  }
}
