import { createSessionId, SessionError, type SessionRecord, type SessionStore } from '@sojourn/core'
import { type Ending, fromRecord, owner, recordIdOf, type Subject, toRecord } from './ending.ts'

const headId = 'revocations'
/** A record of this name is removed whenever something was added: stores tell of removals. */
const signalPrefix = 'revocations.'
/** How many endings the head holds, for those who read it often. */
const recentEndings = 50
/** Each lost try means that another process won. */
const maxTries = 40
/** Renewed with each ending, and longer than any of them counts. */
const headMs = 2 * 400 * 86_400_000
const signalMs = 60_000

interface Head {
  /** Another one if the store has lost what it held. */
  readonly log: string
  /** All endings that were added after this version of the head are in `recent`. */
  readonly since: number
  readonly recent: readonly { readonly at: number; readonly ending: Ending }[]
}

/** What an ending becomes. */
export type NextEnding = (before: Ending | null) => Omit<Ending, keyof Subject>

interface Batch {
  readonly endings: Ending[]
  readonly done: Promise<void>
}

/**
 * All endings, in a store: a record for each; and one, the head, that holds the latest. So to see whether there is
 * anything new takes one read, and what is new is mostly in it.
 */
export class RevocationLog {
  readonly #store: SessionStore
  readonly #now: () => number
  readonly #onEnding: (ending: Ending) => void
  /** The head, as this process has followed it. */
  #seen: Pick<SessionRecord, 'version' | 'data'> | null = null
  #lastBatch: Promise<void> = Promise.resolve()
  #nextBatch: Batch | null = null

  /** `onEnding` is called with what was added here or anywhere, at least once. */
  constructor(store: SessionStore, now: () => number, onEnding: (ending: Ending) => void) {
    this.#store = store
    this.#now = now
    this.#onEnding = onEnding
  }

  /** Reads what others have added. */
  async read(): Promise<void> {
    const found = await this.#store.read(headId)
    const seen = this.#seen
    if (found !== null && found.data === seen?.data) return
    const head = parseHead(found)
    if (found !== null && seen !== null && parseHead(seen).log === head.log && seen.version >= head.since) {
      for (const { at, ending } of head.recent) if (at > seen.version) this.#onEnding(ending)
    } else {
      for (const record of await this.#store.listByUser(owner)) this.#onEnding(fromRecord(record))
    }
    this.#seen = found
  }

  /** Adds what `next` makes of the ending of the subject that there is, and signals to all processes. */
  async add(subject: Subject, next: NextEnding): Promise<void> {
    const ending = await this.#save(subject, next)
    await this.#announce(ending)
    this.#onEnding(ending)
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

  async #save(subject: Subject, next: NextEnding): Promise<Ending> {
    let found: SessionRecord | null = null
    for (let tries = 0; tries < maxTries; tries++) {
      const ending = { ...subject, ...next(found && fromRecord(found)) }
      if (await this.#store.write(toRecord(ending, (found?.version ?? 0) + 1, this.#now()))) return ending
      found = await this.#store.read(recordIdOf(subject))
    }
    throw tooManyTries()
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
    for (let tries = 0; tries < maxTries; tries++) {
      const found = await this.#store.read(headId)
      const { log, since, recent } = parseHead(found)
      const version = (found?.version ?? 0) + 1
      const head = shorten({
        log,
        since,
        recent: [...recent, ...endings.map(ending => ({ at: version, ending }))],
      })
      if (await this.#store.write(this.#recordOf(headId, headMs, JSON.stringify(head), version))) {
        this.#signal().catch(() => {}) // Those who miss it read the head anyway, if a little later.
        return
      }
    }
    throw tooManyTries()
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

function parseHead(found: Pick<SessionRecord, 'data'> | null): Head {
  return found === null ? { log: createSessionId(), since: 0, recent: [] } : JSON.parse(found.data)
}

/** Without the endings of the oldest versions. */
function shorten({ log, since, recent }: Head): Head {
  const [oldest] = recent
  if (oldest === undefined || recent.length <= recentEndings) return { log, since, recent }
  return shorten({ log, since: oldest.at, recent: recent.filter(({ at }) => at > oldest.at) })
}

const tooManyTries = () =>
  new SessionError('conflict', `Other processes changed the revocations ${maxTries} times meanwhile.`)
