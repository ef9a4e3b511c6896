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
  /** Whether it was in one, left it, and was told so. */
  readonly hasLeft: boolean
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
  readonly #owner: string

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#store = guardStore(options.store, timeoutMs, listTimeoutMs)
    this.#owner = `resgate.${options.name}`
  }

  async read(cid: string): Promise<Entry> {
    const record = await this.#store.read(this.#idOf(cid))
    const membership = record && this.#membershipOf(record)
    return {
      cid,
      membership,
      hasLeft: record !== null && membership === null && this.#isKept(record),
      record,
    }
  }

  /** False if another instance knows better by now. */
  write(entry: Entry, membership: Membership | null): Promise<boolean> {
    const { now, keepMs } = this.#options
    const until = Math.floor((membership?.expiresAt ?? now()) + keepMs)
    return this.#store.write({
      id: this.#idOf(entry.cid),
      userId: this.#owner,
      data: JSON.stringify(membership ?? {}),
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
    const records = await this.#store.listByUser(this.#owner)
    const ids = records.map(record => this.#membershipOf(record)?.sessionId)
    return [...new Set(ids)].filter(id => id !== undefined)
  }

  #idOf(cid: string): string {
    return `${this.#owner}.${cid}`
  }

  #membershipOf(record: SessionRecord): Membership | null {
    const membership = JSON.parse(record.data) as Membership | { readonly sessionId?: undefined }
    return this.#isKept(record) && membership.sessionId !== undefined ? membership : null
  }

  #isKept({ expiresAt }: SessionRecord): boolean {
    return expiresAt > this.#options.now()
  }
}
