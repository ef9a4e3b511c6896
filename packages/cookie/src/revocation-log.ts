import { setTimeout } from 'node:timers/promises'
import { createSessionId, SessionError, type SessionRecord, type SessionStore } from '@sojourn/core'
import { type Ending, fromRecord, keyOf, owner, recordIdOf, type Subject, toRecord } from './ending.ts'
import { parseHead, withBatch } from './head.ts'
import type { Snapshot } from './snapshot.ts'

const headId = 'revocations'
/** A record of this name is removed whenever something was added: stores tell of removals. */
const signalPrefix = 'revocations.'
/** For how long others may get in first. */
const patienceMs = 10_000
const longestPauseMs = 100
/** Renewed with each ending, and longer than any of them counts. */
const headMs = 2 * 400 * 86_400_000
const signalMs = 60_000
/** How often all are listed: whoever stored an ending and then ended itself has told nobody. */
const listMs = 600_000

/** What an ending becomes. */
export type NextEnding = (before: Ending | null) => Omit<Ending, keyof Subject>

interface Batch {
  readonly endings: Ending[]
  readonly done: Promise<void>
}

/**
 * All endings, in a store: a record for each; and one, the head, that holds the latest. So to see whether there is
 * anything new takes one read, and what is new is mostly in it. What is read or added goes into the snapshot.
 */
export class RevocationLog {
  readonly #store: SessionStore
  readonly #now: () => number
  readonly #snapshot: Snapshot
  /** The text of the head, as this process has followed it. */
  #followed: string | null = null
  #listedAt = Number.NEGATIVE_INFINITY
  #lastBatch: Promise<void> = Promise.resolve()
  #nextBatch: Batch | null = null

  constructor(store: SessionStore, now: () => number, snapshot: Snapshot) {
    this.#store = store
    this.#now = now
    this.#snapshot = snapshot
  }

  /** Reads what others have added. */
  async read(): Promise<void> {
    const head = (await this.#store.read(headId)) ?? (await this.#startHead())
    const isListDue = performance.now() - this.#listedAt > listMs
    if (head.data === this.#followed && !isListDue) return
    const recent = parseHead(head.data)
    const last = parseHead(this.#followed).at(-1)
    // Only a head that goes on from there holds all that is new: not one that lost something, or is far ahead.
    const from = recent.findIndex(({ id }) => id === last?.id)
    if (from < 0 || isListDue) await this.#list()
    for (const { endings } of recent) for (const ending of endings) this.#snapshot.add(ending)
    this.#followed = head.data
  }

  /** Adds what `next` makes of the ending of the subject that there is, and signals to all processes. */
  async add(subject: Subject, next: NextEnding): Promise<void> {
    const ending = await this.#save(subject, next)
    await this.#announce(ending)
    this.#snapshot.add(ending)
  }

  /** Calls back when there may be something to read. Returns how to stop. */
  onSignal(listener: () => void): () => void {
    return this.#store.onRemoved(id => {
      if (id.startsWith(signalPrefix)) listener()
    })
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #list(): Promise<void> {
    const startedAt = performance.now()
    const listed = new Set<string>()
    for (const record of await this.#store.listByUser(owner)) {
      const ending = fromRecord(this.#store.name, record)
      if (ending === null) continue
      listed.add(keyOf(ending))
      this.#snapshot.add(ending)
    }
    this.#snapshot.forgetExpired(this.#now(), listed)
    this.#listedAt = startedAt
  }

  /** So that others need not list again and again. */
  async #startHead(): Promise<Pick<SessionRecord, 'data'>> {
    const head = this.#recordOf(headId, headMs, withBatch([], []), 1)
    await this.#store.write(head)
    return head
  }

  #save(subject: Subject, next: NextEnding): Promise<Ending> {
    return this.#replace(recordIdOf(subject), found => {
      const ending = { ...subject, ...next(found && fromRecord(this.#store.name, found)) }
      return { result: ending, record: version => toRecord(ending, version, this.#now()) }
    })
  }

  /** One batch at a time, of all that came meanwhile. */
  #announce(ending: Ending): Promise<void> {
    this.#nextBatch ??= this.#startBatch()
    this.#nextBatch.endings.push(ending)
    return this.#nextBatch.done
  }

  #startBatch(): Batch {
    const endings: Ending[] = []
    const done = this.#lastBatch.then(() => {
      this.#nextBatch = null
      return this.#addToHead(endings)
    })
    this.#lastBatch = done.catch(() => {})
    return { endings, done }
  }

  async #addToHead(endings: readonly Ending[]): Promise<void> {
    await this.#replace(headId, found => {
      const data = withBatch(parseHead(found?.data ?? null), endings)
      return { result: undefined, record: version => this.#recordOf(headId, headMs, data, version) }
    })
    this.#signal().catch(() => {}) // Those who miss it read the head anyway, if a little later.
  }

  /** Writes what `change` makes of the record, again and again if others write first. */
  async #replace<T>(
    id: string,
    change: (found: SessionRecord | null) => { result: T; record: (version: number) => SessionRecord },
  ): Promise<T> {
    const end = performance.now() + patienceMs
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const found = await this.#store.read(id)
      const { result, record } = change(found)
      if (await this.#store.write(record((found?.version ?? 0) + 1))) return result
      if (performance.now() > end) {
        throw new SessionError('conflict', `Other processes changed the revocations for ${patienceMs} ms.`)
      }
      await setTimeout(pauseMs * Math.random())
    }
  }

  async #signal(): Promise<void> {
    const id = `${signalPrefix}${createSessionId()}`
    await this.#store.write(this.#recordOf(id, signalMs, '{}', 1))
    await this.#store.remove(id)
  }

  #recordOf(id: string, lifeMs: number, data: string, version: number): SessionRecord {
    const now = this.#now()
    const times = { createdAt: now, rotatedAt: now, deadline: now + lifeMs, expiresAt: now + lifeMs }
    return { id, userId: null, data, ...times, version, generation: 0, attempts: [] }
  }
}
