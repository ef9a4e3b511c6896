import {
  createListeners,
  decodeRecord,
  encodeRecord,
  SessionError,
  type SessionRecord,
  type SessionStore,
} from '@sojourn/core'
import { ClassicLevel } from 'classic-level'
import { dueRange, idOfExpiryKey, idOfUserKey, indexKeys, sessionKey, userRange } from './keys.ts'
import { explainOpening } from './opening-fault.ts'
import { Turns } from './turns.ts'

const clearingMs = 60_000
/** How many records are handled before others may run: a millisecond or two of work. */
const sliceSize = 100

export interface LevelStoreOptions {
  /** The folder, which is made if it is not there. LevelDB opens it for one process at a time. */
  readonly location: string
  /**
   * Whether a save waits until the disk has it. Default false: what was saved outlives the end of the process, even
   * by SIGKILL, but the last few seconds before a power cut may be lost.
   */
  readonly sync?: boolean
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

export interface LevelStore extends SessionStore {
  /** Clears out what has expired a minute ago; done by itself once a minute. Lets others run in between. */
  clearExpired(): Promise<void>
}

/**
 * Opens a LevelDB folder that keeps the sessions of this process.
 *
 * @throws {SessionError} `invalid_option`; `store_unavailable` if the folder is open already, damaged or not writable
 */
export async function createLevelStore(options: LevelStoreOptions): Promise<LevelStore> {
  const { location, sync = false, now = Date.now } = options
  if (typeof location !== 'string' || location === '') {
    throw new SessionError('invalid_option', 'location must be the path of a folder for LevelDB.')
  }
  const db = new ClassicLevel(location)
  await db.open().catch(fault => {
    throw explainOpening(location, fault)
  })
  return new Store(db, sync, now)
}

class Store implements LevelStore {
  readonly name = 'level'
  readonly traits = { durable: true, shared: false }
  readonly #db: ClassicLevel
  readonly #sync: boolean
  readonly #now: () => number
  readonly #turns = new Turns()
  readonly #listeners = createListeners()
  #timer: NodeJS.Timeout | undefined

  constructor(db: ClassicLevel, sync: boolean, now: () => number) {
    this.#db = db
    this.#sync = sync
    this.#now = now
    this.#arm()
  }

  // In one go: it takes 1 to 4 µs, and the way to a thread of LevelDB's and back 6 to 10.
  async read(id: string): Promise<SessionRecord | null> {
    const text = this.#db.getSync(sessionKey(id))
    return text === undefined ? null : decodeRecord(this.name, id, text)
  }

  write(next: SessionRecord): Promise<boolean> {
    const record = { ...next }
    return this.#turns.take(record.id, async () => {
      const before = await this.read(record.id)
      if ((before?.version ?? 0) !== record.version - 1) return false
      await this.#replace(before, record)
      return true
    })
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    const keys = await this.#db.keys(userRange(userId)).all()
    const records: SessionRecord[] = []
    for (let start = 0; start < keys.length; start += sliceSize) {
      const ids = keys.slice(start, start + sliceSize).map(key => idOfUserKey(key, userId))
      const texts = await this.#db.getMany(ids.map(sessionKey))
      for (const [index, text] of texts.entries()) {
        if (text === undefined) continue
        const record = decodeRecord(this.name, ids[index] as string, text)
        if (record?.userId === userId) records.push(record)
      }
    }
    return records
  }

  remove(id: string): Promise<void> {
    return this.#turns.take(id, async () => {
      const text = this.#db.getSync(sessionKey(id))
      if (text === undefined) return
      await this.#delete([sessionKey(id), ...keysTo(decodeRecord(this.name, id, text))], this.#sync)
      this.#listeners.tell(id)
    })
  }

  onRemoved(listener: (id: string) => void): () => void {
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#db.close()
  }

  async clearExpired(): Promise<void> {
    const now = this.#now()
    const range = dueRange(now)
    for (;;) {
      const due = await this.#db.keys({ ...range, limit: sliceSize }).all()
      await Promise.all(due.map(key => this.#clear(key, now)))
      const last = due[sliceSize - 1]
      if (last === undefined) return
      range.gt = last
    }
  }

  #clear(expiryKey: string, now: number): Promise<void> {
    const id = idOfExpiryKey(expiryKey)
    return this.#turns.take(id, async () => {
      const record = await this.read(id)
      const isLive = record !== null && record.expiresAt > now // use has moved its expiry meanwhile
      await this.#delete(isLive ? [expiryKey] : [expiryKey, sessionKey(id), ...keysTo(record)], false)
    })
  }

  #replace(before: SessionRecord | null, next: SessionRecord): Promise<void> {
    const [old, keys] = [keysTo(before), indexKeys(next)]
    return this.#db.batch(
      [
        ...old.filter(key => !keys.includes(key)).map(key => ({ type: 'del' as const, key })),
        ...keys.filter(key => !old.includes(key)).map(key => ({ type: 'put' as const, key, value: '' })),
        { type: 'put', key: sessionKey(next.id), value: encodeRecord(next) },
      ],
      { sync: this.#sync },
    )
  }

  #delete(keys: readonly string[], sync: boolean): Promise<void> {
    return this.#db.batch(
      keys.map(key => ({ type: 'del', key })),
      { sync },
    )
  }

  #arm(): void {
    this.#timer = setTimeout(async () => {
      await this.clearExpired().catch(() => {}) // what ails the folder, the next save tells its caller
      if (this.#timer !== undefined) this.#arm()
    }, clearingMs).unref()
  }
}

const keysTo = (record: SessionRecord | null) => (record === null ? [] : indexKeys(record))
