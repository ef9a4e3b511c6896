import { createSessionId } from './credential.ts'
import { describeBiggestKey, mergeData, parseData, stringifyData } from './data.ts'
import { SessionError } from './errors.ts'
import { publish, type SessionEvents } from './events.ts'
import { isReserved, putData, reservedKey } from './session.ts'
import type { Saved, SessionRecord } from './strategy.ts'
import type { Visit } from './visit.ts'

/** Each lost try means that a parallel save won: this is how many may run in parallel, not how lucky one must be. */
const maxTries = 40

/** One session in the making: what is stored of it, and what a visit changes. */
export class Draft {
  /** As last read or saved; null before the first save. */
  record: SessionRecord | null = null
  userId: string | null = null
  reissue = false
  /** Move the idle expiry, due or not. */
  touch = false
  readonly #visit: Visit
  #id: string | null = null
  /** The data in `record`. */
  #text = '{}'

  constructor(visit: Visit) {
    this.#visit = visit
  }

  get id(): string {
    this.#id ??= createSessionId()
    return this.#id
  }

  /** Takes up what is stored, and drops what was changed. */
  adopt(record: SessionRecord): void {
    this.#follow(record)
    this.userId = record.userId
    this.#id = record.id
    this.reissue = this.touch = false
  }

  /** `text` is the data as it is now. */
  isDue(text: string): boolean {
    return this.reissue || text !== this.#text || this.#isTouchDue()
  }

  /** False if the session has ended in the meantime, or became another user's: then nothing was saved. */
  async save(text: string): Promise<boolean> {
    for (let tries = 0; tries < maxTries; tries++) {
      if (!this.#visit.isCurrent(this) || !this.isDue(text)) return true
      const base = this.record ?? this.#firstRecord()
      const { reissue } = this
      const saved = await this.#try(base, this.#next(base, text), reissue)
      if (saved.ok) {
        this.#follow(saved.record)
        if (reissue) this.reissue = false
        this.touch = false
        if (saved.credential !== undefined) this.#visit.deliver(saved.credential, this)
        if (base.version === 0) this.#publish('created')
        if (reissue) this.#publish('signed-in')
        else if (saved.record.expiresAt > base.expiresAt) this.#publish('renewed')
        return true
      }
      if (!this.#visit.isCurrent(this)) return true
      const isFirst = base.version === 0
      const before = this.#text
      if (!isFirst && saved.current?.userId === base.userId && this.rebase(saved.current)) {
        text = stringifyData(this.#visit.session)
        if (this.#text !== before) this.#publish('conflict-merged')
      } else if (reissue || isFirst) this.#fork()
      else return this.#lose(text)
    }
    throw new SessionError('conflict', `Session ${this.id} was saved by others ${maxTries} times meanwhile.`)
  }

  async #try(base: SessionRecord, next: SessionRecord, reissue: boolean): Promise<Saved> {
    const { policy, fault, binding } = this.#visit
    if (fault !== null) throw fault
    if (base.version === 0 || reissue || this.#savingIssues()) this.#visit.refuseIfTooLate()
    if (base.expiresAt <= policy.now()) return { ok: false, current: null }
    return policy.ask(() => policy.strategy.save(next, { reissue, binding }))
  }

  #firstRecord(): SessionRecord {
    const { now, deadlineMs } = this.#visit.policy
    return {
      id: this.id,
      userId: null,
      data: '{}',
      createdAt: now(),
      deadline: now() + deadlineMs,
      expiresAt: this.#expiryWithin(now() + deadlineMs),
      version: 0,
      generation: 0,
      rotatedAt: now(),
      attempts: [],
    }
  }

  #next(base: SessionRecord, text: string): SessionRecord {
    const { now, deadlineMs } = this.#visit.policy
    if (text !== this.#text) this.#check(text)
    const deadline = this.reissue ? now() + deadlineMs : base.deadline
    return { ...base, data: text, userId: this.userId, deadline, expiresAt: this.#expiryWithin(deadline) }
  }

  #check(text: string): void {
    const reserved = Object.keys(this.#visit.session).find(isReserved)
    if (reserved !== undefined) throw reservedKey(reserved)
    const bytes = Buffer.byteLength(text)
    const { maxDataBytes } = this.#visit.policy
    if (bytes > maxDataBytes) {
      throw new SessionError(
        'data_too_large',
        `Session data has ${bytes} bytes, maxDataBytes is ${maxDataBytes}. The biggest key is ${describeBiggestKey(text)}.`,
      )
    }
  }

  #expiryWithin(deadline: number): number {
    return Math.min(this.#visit.policy.now() + this.#visit.policy.idleMs, deadline)
  }

  #isTouchDue(): boolean {
    if (this.record === null || (this.#savingIssues() && !this.#visit.canDeliver)) return false
    const movesMs = this.#expiryWithin(this.record.deadline) - this.record.expiresAt
    return movesMs > 0 && (this.touch || movesMs >= this.#visit.policy.touchMs)
  }

  #savingIssues(): boolean {
    return this.#visit.policy.strategy.traits.newCredential === 'at-save'
  }

  #follow(record: SessionRecord): void {
    this.record = record
    this.#text = record.data
  }

  /** Puts what is not saved yet on top of another record. False if that cannot be read. */
  rebase(winner: SessionRecord): boolean {
    if (winner.data !== this.#text) {
      const base = parseData(this.#text)
      const theirs = parseData(winner.data)
      if (base === null || theirs === null || Object.keys(theirs).some(isReserved)) return false
      putData(this.#visit.session, mergeData(base, this.#visit.session, theirs))
    }
    this.#follow(winner)
    return true
  }

  /**
   * Goes on in a session of its own: a sign-in is owed to whoever gave the password. And a first save that finds a
   * record was done before, by a try that was answered with an error: its credential is lost.
   */
  #fork(): void {
    this.record = this.#id = null
    this.#text = '{}'
  }

  #lose(text: string): false {
    if (text !== this.#text) this.#publish('conflict-lost')
    this.#visit.begin()
    return false
  }

  #publish(event: Exclude<keyof SessionEvents, 'reuse'>): void {
    const { name } = this.#visit.policy.strategy
    publish(event, { strategy: name, sessionId: this.id, userId: this.record?.userId ?? null })
  }
}
