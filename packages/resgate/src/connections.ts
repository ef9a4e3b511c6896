import { guardStore, type SessionRecord, type SessionStore } from '@sojourn/core'

export interface ConnectionsOptions {
  readonly store: SessionStore
  /** The service's. */
  readonly name: string
  /** For how long a connection is kept beyond its session, in milliseconds. */
  readonly keepMs: number
  now(): number
}

/** The session that a connection is in. */
export interface Membership {
  readonly sessionId: string
  readonly userId: string
  /** The idle end of the session as it was last seen, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What is known of one connection. */
export interface Entry {
  readonly cid: string
  /** Null: it is in none, as far as we know. */
  readonly membership: Membership | null
  /** The session that it was in last, and must not be shown in any more; null if it is in one, or was in none. */
  readonly left: string | null
  readonly record: SessionRecord | null
}

const timeoutMs = 2000
const listTimeoutMs = 10_000

/**
 * Which connection is in which session, for all instances of the service, in records like those of sessions: a write
 * that comes second fails. Nothing is removed, for stores tell of that as of sessions which ended; it expires.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #store: SessionStore
  /** In whose name the records are: no user may have this id. */
  readonly owner: string

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#store = guardStore(options.store, timeoutMs, listTimeoutMs)
    this.owner = `resgate.${options.name}`
  }

  async read(cid: string): Promise<Entry> {
    const record = await this.#store.read(this.#idOf(cid))
    return { cid, membership: null, left: null, ...(record && this.#parse(record)), record }
  }

  /** False if another instance knows better by now. */
  write(entry: Entry, state: Membership | { readonly left: string }): Promise<boolean> {
    const { now, keepMs } = this.#options
    const until = Math.floor(('left' in state ? now() : state.expiresAt) + keepMs)
    return this.#store.write({
      id: this.#idOf(entry.cid),
      userId: this.owner,
      data: JSON.stringify(state),
      createdAt: entry.record?.createdAt ?? Math.floor(now()),
      rotatedAt: Math.floor(now()),
      deadline: until,
      expiresAt: until,
      version: (entry.record?.version ?? 0) + 1,
      generation: 0,
      attempts: [],
    })
  }

  /** The sessions that any connection is in, and some whose connections have gone. */
  async listSessions(): Promise<string[]> {
    const records = await this.#store.listByUser(this.owner)
    const ids = records.map(record => this.#parse(record).membership?.sessionId)
    return [...new Set(ids)].filter(id => id !== undefined)
  }

  #idOf(cid: string): string {
    return `${this.owner}.${cid}`
  }

  #parse({ data, expiresAt }: SessionRecord): Partial<Pick<Entry, 'membership' | 'left'>> {
    if (expiresAt <= this.#options.now()) return {}
    try {
      const state = JSON.parse(data) as Membership | { readonly left: string }
      if ('left' in state) return { left: state.left }
      if (typeof state.sessionId === 'string') return { membership: state }
    } catch {
      // As what follows.
    }
    return {} // damaged: as if it were not there
  }
}
