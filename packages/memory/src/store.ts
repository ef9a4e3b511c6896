import { createListeners, SessionError, type SessionRecord, type SessionStore } from '@sojourn/core'
import { ExpiryQueue } from './expiry-queue.ts'
import { ShardedMap } from './sharded-map.ts'

const clearingMs = 1000
const evictionLooks = 100

export interface MemoryStoreOptions {
  /**
   * The most sessions that are held; default 1,000,000, about 1 GB. One more takes away the one that is nearest
   * to its idle expiry: to the second within two hours, to the hour beyond. `onRemoved` tells of it.
   */
  readonly maxSessions?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

export interface MemoryStore extends SessionStore {
  /** How many sessions are held. */
  readonly size: number
  /** Clears out what has expired; done by itself once a second. Yields to others every millisecond or so. */
  clearExpired(): Promise<void>
}

/**
 * Sessions in the memory of this process: they end with it, and no other process sees them.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { maxSessions = 1_000_000, now = Date.now } = options
  if (!(maxSessions >= 1)) {
    throw new SessionError('invalid_option', `maxSessions must be at least 1, not ${maxSessions}.`)
  }
  return new Store(maxSessions, now)
}

interface Entry {
  record: SessionRecord
  /** Where the expiry queue has it; at or before the bucket of its expiry, which use moves on. */
  bucket: number
}

class Store implements MemoryStore {
  readonly name = 'memory'
  readonly traits = { durable: false, shared: false }
  size = 0
  readonly #maxSessions: number
  readonly #now: () => number
  readonly #entries = new ShardedMap<Entry>()
  /** A set only for users who have had several: at a million users, a set each would cost 150 MB. */
  readonly #idsByUser = new ShardedMap<string | Set<string>>()
  readonly #expiries = new ExpiryQueue()
  readonly #listeners = createListeners()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(maxSessions: number, now: () => number) {
    this.#maxSessions = maxSessions
    this.#now = now
  }

  async read(id: string): Promise<SessionRecord | null> {
    return this.#entries.get(id)?.record ?? null
  }

  async write(next: SessionRecord): Promise<boolean> {
    const entry = this.#entries.get(next.id)
    if ((entry?.record.version ?? 0) !== next.version - 1) return false
    const record = Object.freeze({ ...next, attempts: Object.freeze([...next.attempts]) })
    if (entry === undefined) {
      this.#insert(record)
    } else {
      if (entry.record.userId !== record.userId) {
        this.#unindex(entry.record)
        this.#index(record)
      }
      entry.record = record
    }
    return true
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    const ids = this.#idsByUser.get(userId) ?? []
    return [...(typeof ids === 'string' ? [ids] : ids)].map(id => (this.#entries.get(id) as Entry).record)
  }

  async remove(id: string): Promise<void> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#delete(entry)
    this.#listeners.tell(id)
  }

  onRemoved(listener: (id: string) => void): () => void {
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  clearExpired(): Promise<void> {
    return this.#expiries.takeDue(this.#now(), id => {
      const entry = this.#entries.get(id)
      if (entry === undefined) return
      if (entry.record.expiresAt <= this.#now()) this.#delete(entry)
      else entry.bucket = this.#expiries.add(id, entry.record.expiresAt, this.#now())
    })
  }

  #insert(record: SessionRecord): void {
    if (this.size >= this.#maxSessions) this.#evict()
    this.#entries.set(record.id, {
      record,
      bucket: this.#expiries.add(record.id, record.expiresAt, this.#now()),
    })
    this.size++
    this.#index(record)
    this.#arm()
  }

  /**
   * Takes away the session nearest to its idle expiry. Those whose expiry use has moved are put back first; should
   * there be many, the nearest of some is taken, so that no write pauses for all.
   */
  #evict(): void {
    let nearest: Entry | undefined
    for (let looks = 0; looks < evictionLooks; looks++) {
      const id = this.#expiries.first()
      if (id === undefined) break
      const entry = this.#entries.get(id) as Entry
      const { bucket } = entry
      this.#expiries.remove(id, bucket)
      entry.bucket = this.#expiries.add(id, entry.record.expiresAt, this.#now())
      if (entry.record.expiresAt < (nearest?.record.expiresAt ?? Number.POSITIVE_INFINITY)) nearest = entry
      if (entry.bucket === bucket) break
    }
    if (nearest !== undefined) void this.remove(nearest.record.id)
  }

  #delete({ record, bucket }: Entry): void {
    this.#expiries.remove(record.id, bucket)
    this.#entries.delete(record.id)
    this.size--
    this.#unindex(record)
  }

  #index({ id, userId }: SessionRecord): void {
    if (userId === null) return
    const ids = this.#idsByUser.get(userId)
    if (ids === undefined) this.#idsByUser.set(userId, id)
    else if (typeof ids === 'string') this.#idsByUser.set(userId, new Set([ids, id]))
    else ids.add(id)
  }

  #unindex({ id, userId }: SessionRecord): void {
    if (userId === null) return
    const ids = this.#idsByUser.get(userId)
    if (typeof ids === 'object') ids.delete(id)
    if (ids === id || (typeof ids === 'object' && ids.size === 0)) this.#idsByUser.delete(userId)
  }

  #arm(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(async () => {
      await this.clearExpired()
      this.#timer = undefined
      if (!this.#expiries.isEmpty) this.#arm()
    }, clearingMs).unref()
  }
}
