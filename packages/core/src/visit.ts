import { parseData, stringifyData } from './data.ts'
import { Draft } from './draft.ts'
import { SessionError } from './errors.ts'
import { publish } from './events.ts'
import { isReserved, LiveSession, putData } from './session.ts'
import type { Policy } from './sessions.ts'
import type { Credential, Instruction, Resumed, SessionRecord } from './strategy.ts'

/** What core asks of a transport, for the one request or connection that a session serves. */
export interface SessionHost {
  /** Called when `regenerate` has put another live object in the session's place. */
  replaced(session: LiveSession): void
  /** Whether a new credential can still reach the client. Throws a `SessionError` if it never could. */
  canDeliver(): boolean
  /** Called before the session is signed in or ended; may throw a `SessionError`, and then it is not. */
  moved?(by: 'sign-in' | 'end'): void
  /** Called when something was saved or ended, or found to have ended: also by the application's own `session.save()`. */
  saved?(): void
  /** Called when the application's own `session.save()` fails. */
  failed?(error: unknown): void
  /** The client's second credential, for strategies that bind the first to it. */
  readonly binding?: string | null
}

interface Ended {
  readonly draft: Draft
  readonly everywhere: boolean
}

/** One request or connection of a client: the session it is in, those it ended, and what to tell the client. */
export class Visit {
  readonly policy: Policy
  /** Why nothing can be saved: the visit began without its strategy. */
  readonly fault: SessionError | null
  readonly #host: SessionHost
  session = new LiveSession(this)
  draft = new Draft(this)
  #ended: Ended[] = []
  #clientHoldsCredential: boolean
  #instruction: Instruction = keep
  #saving: Promise<boolean> | null = null
  #told: unknown = null
  #isResigned = false

  constructor(
    policy: Policy,
    host: SessionHost,
    clientHoldsCredential: boolean,
    fault: SessionError | null = null,
  ) {
    this.policy = policy
    this.fault = fault
    this.#host = host
    this.#clientHoldsCredential = clientHoldsCredential
  }

  /** False if the record is not one of ours: its data cannot be shown. */
  resume({ record, credential }: Resumed): boolean {
    if (!this.#show(record)) {
      const { id: sessionId, userId } = record
      publish('record-malformed', { strategy: this.policy.strategy.name, sessionId, userId })
      return false
    }
    this.draft.adopt(record)
    if (credential !== undefined) this.deliver(credential, this.draft)
    return true
  }

  #show({ data }: SessionRecord): boolean {
    const parsed = parseData(data)
    if (parsed === null || Object.keys(parsed).some(isReserved)) return false
    putData(this.session, parsed)
    return true
  }

  isCurrent(draft: Draft): boolean {
    return draft === this.draft
  }

  deliver(credential: Credential, draft: Draft): void {
    if (draft !== this.draft || draft.record === null) return
    this.#clientHoldsCredential = true
    const { deadline: until, version } = draft.record
    this.#instruction = { do: 'set', credential, until, version }
  }

  /** What to tell the client now. A credential that is worthless already may be left with it. */
  takeInstruction(): Instruction {
    const instruction = this.#instruction
    this.#instruction = keep
    return instruction.do === 'clear' && !this.canDeliver ? keep : instruction
  }

  signIn(userId: string): void {
    if (this.draft.userId !== null && this.draft.userId !== userId) this.end(false)
    this.#host.moved?.('sign-in')
    this.#forgetTold()
    this.draft.userId = userId
    this.draft.reissue = true
  }

  end(everywhere: boolean): void {
    this.#refuseToEnd(everywhere)
    this.#end(everywhere)
  }

  #end(everywhere: boolean): void {
    this.#forgetTold()
    this.#ended.push({ draft: this.draft, everywhere })
    this.#instruction = this.#clientHoldsCredential ? { do: 'clear' } : keep
    this.#clientHoldsCredential = false
    this.begin()
  }

  #refuseToEnd(everywhere: boolean): void {
    if (this.fault !== null) throw this.fault
    const { revoker, name } = this.policy.strategy
    if (revoker === null) this.refuseIfTooLate()
    if (revoker === null && everywhere) {
      throw new SessionError(
        'not_revocable',
        `The ${name} strategy cannot end the sessions of other clients.`,
      )
    }
    this.#host.moved?.('end')
  }

  /** A new, empty, anonymous session, of which nothing is stored yet. */
  begin(): void {
    this.draft = new Draft(this)
    putData(this.session, {})
  }

  async destroy(): Promise<void> {
    this.end(false)
    await this.save()
  }

  async regenerate(): Promise<void> {
    this.#refuseToEnd(false)
    this.session = new LiveSession(this)
    this.#end(false)
    this.#host.replaced(this.session)
  }

  async reload(): Promise<void> {
    await this.#saving?.catch(() => {})
    this.#forgetTold()
    const { draft } = this
    const { record } = draft
    if (record === null) return this.begin()
    const stored = await this.#find(record)
    if (draft !== this.draft) return
    if (stored?.userId !== record.userId || !this.resume({ record: stored })) throw sessionEnded()
  }

  /** Saves, and tells the application if that fails. */
  async save(): Promise<void> {
    this.#forgetTold()
    try {
      if (!(await this.commit())) throw sessionEnded()
    } catch (error) {
      this.#told = error
      this.#host.failed?.(error)
      throw error
    }
  }

  /** What was told is of the past: errors are told again. */
  #forgetTold(): void {
    this.#told = null
    this.#isResigned = false
  }

  /**
   * Whether the application has had this error from its own `save`. Then the answer is its own to choose, and
   * nothing more is saved until it asks for that, signs in or signs out.
   */
  resign(error: unknown): boolean {
    const codeOf = (error: unknown) => (error instanceof SessionError ? error.code : null)
    this.#isResigned = codeOf(error) !== null && codeOf(error) === codeOf(this.#told)
    return this.#isResigned
  }

  /** False if the session has ended in the meantime. A promise only if there is something to save. */
  commit(): boolean | Promise<boolean> {
    if (this.#saving !== null) {
      const again = () => this.commit()
      return this.#saving.then(async kept => (await again()) && kept, again)
    }
    if (this.#isResigned) return true
    const text = stringifyData(this.session)
    if (this.#ended.length === 0 && !this.draft.isDue(text)) return true
    this.#saving = this.#save(text).finally(() => {
      this.#saving = null
    })
    return this.#saving
  }

  /** Takes up what is stored by now, keeping what is not saved yet. False if the session has ended, or was signed in. */
  async refresh(newer?: Visit): Promise<boolean> {
    await this.#saving?.catch(() => {})
    const { draft } = this
    if (draft.record === null) return true
    const stored = newer === undefined ? await this.#find(draft.record) : newer.draft.record
    await this.#saving?.catch(() => {})
    if (draft !== this.draft) return true
    if (stored === null) return false
    const { userId, deadline, version } = draft.record
    if (newer === undefined && stored.version <= version) return true
    // Only a sign-in moves the deadline: what was opened before it must not come along, nor what stayed open.
    if (stored.userId !== userId || stored.deadline !== deadline) return false
    if (stored.version > version && !draft.rebase(stored)) return false
    const instruction = newer?.takeInstruction() ?? keep
    if (instruction.do !== 'keep') this.#instruction = instruction
    return true
  }

  /** Where only the client knows its session: what was read. */
  #find(record: SessionRecord): Promise<SessionRecord | null> {
    const { directory } = this.policy.strategy
    return this.policy.ask(async () => (directory === null ? record : directory.find(record.id)))
  }

  async #save(text: string): Promise<boolean> {
    const anyEnded = this.#ended.length > 0
    for (let ended = this.#ended[0]; ended !== undefined; ended = this.#ended[0]) {
      await this.#revoke(ended)
      this.#ended.shift()
    }
    const kept = await this.draft.save(anyEnded ? stringifyData(this.session) : text)
    this.#host.saved?.()
    return kept
  }

  async #revoke({ draft: { record, userId }, everywhere }: Ended): Promise<void> {
    const { revoker, name } = this.policy.strategy
    if (revoker !== null) {
      if (record !== null)
        await this.policy.ask(() => revoker.revoke(record.id, { deadline: record.deadline }))
      if (everywhere && userId !== null) await this.policy.ask(() => revoker.revokeAll(userId))
    }
    if (record !== null)
      publish('signed-out', { strategy: name, sessionId: record.id, userId: record.userId })
  }

  get binding(): string | null {
    return this.#host.binding ?? null
  }

  get canDeliver(): boolean {
    return this.#host.canDeliver()
  }

  refuseIfTooLate(): void {
    if (this.canDeliver) return
    throw new SessionError(
      'too_late',
      'The client must get a new credential, but the answer has begun: save the session before writing.',
    )
  }
}

const keep: Instruction = { do: 'keep' }

const sessionEnded = () =>
  new SessionError('session_ended', 'The session was ended, or became another user’s, in the meantime.')
