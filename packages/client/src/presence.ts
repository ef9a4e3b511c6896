import { type Alarms, createAlarms, type Stop } from './alarms.ts'
import { Calls } from './calls.ts'
import { follow, type Item, Items, type ServerSession } from './items.ts'
import { Line } from './line.ts'
import { Lock } from './lock.ts'
import { ClientError } from './options.ts'
import { present } from './present.ts'
import type { Settings } from './settings.ts'
import { anonymous, connecting, Observed, report, type State } from './state.ts'

/** Without a lock, what two tabs write at once is in its place after this. */
const settleMs = 50
/** How often, and how long in between, another tab is waited for that has signed in and not stored its key yet. */
const patience = 8
const patienceMs = 250

/** Garbage, too much, read too slowly, too big: what was at fault may do it again. */
const lateCodes = [4400, 4429, 4413, 1009]

/** A connection is in this session, or about to be. */
interface Held {
  readonly identity: string
  readonly key?: string | undefined
  readonly session?: string
}

export interface PresenceOwner {
  /** A frame that is not about sessions. */
  hear(frame: readonly unknown[]): void
  /** A new key of this identity has been stored. */
  stored(identity: string): void
}

/** Keeps the client in the session of its identity: connects, presents, stores what it is given, renews. */
export class Presence {
  readonly state = new Observed()
  readonly items: Items
  readonly calls: Calls
  readonly lock: Lock
  identity: string
  readonly #settings: Settings
  readonly #alarms: Alarms
  readonly #owner: PresenceOwner
  readonly #line: Line
  #held: Held | null = null
  /** Nothing else is sent meanwhile. */
  #presenting: Held | null = null
  #isReady = false
  /** No connection is wanted until the application asks something. */
  #isParked = false
  /** Of connections that were hung up, nothing is heard any more. */
  #hangUps = 0
  #patience = 0
  /** What the server last said of a session's end. */
  #told: string | null = null
  /** Stores what a storage that failed has not taken yet. */
  #unstored: (() => Promise<unknown>) | null = null
  #lastTurn: Promise<void> = Promise.resolve()
  #inbox: Promise<void> = Promise.resolve()
  #stopNext: Stop = () => {}

  constructor(settings: Settings, owner: PresenceOwner) {
    const { storage, name, identity, locks, askTimeoutMs } = settings
    const alarms = createAlarms(settings.timers)
    this.#settings = settings
    this.#alarms = alarms
    this.#owner = owner
    this.identity = identity
    this.items = new Items(storage, name)
    this.calls = new Calls(alarms, askTimeoutMs)
    this.lock = new Lock(locks, storage, name, alarms)
    this.#line = new Line(settings, alarms, {
      opened: () => this.present(),
      heard: frame => this.#enqueue(() => this.#hear(frame)),
      lost: (code, reason) =>
        this.#enqueue(async () => {
          await this.#lost(code, reason)
          this.calls.fail('connection_lost') // Now, so that who is told of it finds the state that follows.
        }),
    })
    this.#line.dial()
  }

  get held(): Held | null {
    return this.#held
  }

  /** Sends what waits, once there is a session to send it in. */
  flush(): void {
    if (this.#isReady && !this.#presenting && this.#line.isOpen)
      this.calls.flush(text => this.#line.send(text))
  }

  wake(): void {
    if (!this.#isParked) return
    this.#isParked = false
    this.#line.dial()
  }

  /** The device was asleep, offline or busy with something else. */
  nudge(): void {
    if (this.#isParked) return
    this.#line.nudge()
    if (this.#held?.key !== undefined) void this.present(true)
  }

  use(identity: string): void {
    this.identity = identity
    this.#isReady = false
    this.#told = null
    this.state.set(connecting)
    this.wake()
    void this.present()
  }

  /** Begins anew, on a new connection. */
  restart(): void {
    this.#park(connecting)
    this.wake()
  }

  async renew(): Promise<State> {
    if (this.#settings.storesKeys) {
      await this.#lastTurn
      if (this.#held?.key !== undefined) await this.present()
    } else {
      this.state.set(connecting)
      this.#line.drop()
      this.wake()
    }
    await this.#inbox
    return this.state.known()
  }

  close(): void {
    this.#hangUp()
    this.lock.release()
    this.#alarms.close()
    this.calls.fail('closed', 'closed')
    this.state.close()
  }

  /** One at a time; never rejects. With `ifDue`, only a key that no tab has renewed for long enough. */
  present(ifDue = false): Promise<void> {
    const turn = async () => {
      const { isCookie, ticket } = this.#settings
      if (isCookie) return
      try {
        if (this.#line.isOpen) await (ticket ? this.#presentTicket() : this.#presentStored(ifDue))
      } catch (error) {
        const { code } = error as { code?: string }
        if (!(error instanceof ClientError)) report(error)
        if (code === 'timeout') this.#line.drop()
        // A fault of the server or of the storage: key and attempt id stay.
        else if (this.#line.isOpen) this.#presentIn(this.#line.backoff(), ifDue)
      }
      if (!this.#line.isOpen && !this.#isParked) this.state.set(connecting)
    }
    this.#lastTurn = this.#lastTurn.then(turn)
    return this.#lastTurn
  }

  #presentIn(ms: number, ifDue: boolean): void {
    this.#stopNext()
    this.#stopNext = this.#alarms.after(ms, () => this.present(ifDue))
  }

  async #presentStored(ifDue: boolean): Promise<void> {
    await this.#unstored?.()
    const { items, identity } = this
    const { attempts, now } = this.#settings
    const outcome = await this.lock.hold(isAlone =>
      present({
        ...{ items, identity, isAlone, attempts, now, told: this.#told },
        isDue: item => !ifDue || (item !== null && this.#dueInMs(item) === 0),
        settle: () => new Promise(resolve => this.#alarms.after(settleMs, resolve)),
        send: (credential, key) => this.#send('present', credential, { identity, key }),
        isPatient: () => this.#patience-- > 0,
      }),
    )
    if (identity !== this.identity || outcome === 'done') return
    if (outcome === 'wait') this.#presentIn(patienceMs, false)
    else if (outcome === 'not due') this.#awaitRenewal(await items.read(identity))
    else this.#end(outcome)
  }

  async #presentTicket(): Promise<void> {
    const at = { identity: this.identity }
    for (let isLast = false; ; isLast = true) {
      const ticket = await this.#fetchTicket()
      const session = await this.#send(ticket === null ? 'present' : 'ticket', ticket, at)
      if (!session.refused) return
      if (isLast) return this.#enter(session, at)
    }
  }

  #fetchTicket(): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const { askTimeoutMs, ticket } = this.#settings
      const stop = this.#alarms.after(askTimeoutMs, () => reject(new ClientError('timeout')))
      ticket?.().then(resolve, reject).finally(stop)
    })
  }

  async #send(kind: 'present' | 'ticket', credential: string | null, at: Held): Promise<ServerSession> {
    if (!this.#line.isOpen) throw new ClientError('connection_lost')
    this.#presenting = at
    try {
      const answer = this.calls.add(kind, [credential], text => this.#line.send(text))
      return (await answer) as ServerSession
    } finally {
      this.#presenting = null
      this.flush()
    }
  }

  /** What the server sends is taken one by one: what comes after a key waits until that is stored. */
  #enqueue(work: () => Promise<void>): void {
    const hangUps = this.#hangUps
    this.#inbox = this.#inbox.then(() => (hangUps === this.#hangUps ? work() : undefined)).catch(report)
  }

  async #hear(frame: readonly unknown[]): Promise<void> {
    if (frame[0] === 'presented') {
      const [, id, session] = frame as [string, number, ServerSession]
      if (session.refused) this.#leave()
      else if (this.#presenting) await this.#enter(session, this.#presenting)
      this.calls.answer(id, session)
    } else if (frame[0] === 'session') {
      const session = frame[1] as ServerSession
      if (session.refused === 'reuse') this.#end('reuse')
      else if (this.#held || this.#settings.isCookie)
        await this.#enter(session, this.#held ?? { identity: this.identity })
    } else {
      this.#owner.hear(frame)
    }
  }

  /** The connection is in this session now. */
  async #enter(session: ServerSession, at: Held): Promise<void> {
    const { identity } = at
    const item = this.#settings.storesKeys ? await this.#store(session, at, at === this.#presenting) : null
    const { id, credential, userId } = session
    const isKept = this.#unstored || credential === undefined
    const key = item?.session === id ? item.key : isKept ? (credential ?? at.key) : undefined
    this.#held = { identity, key, session: id }
    if (identity !== this.identity) return
    this.#line.isGood()
    this.#isReady = true
    this.#patience = 0
    this.#told = null
    this.#awaitRenewal(item)
    this.flush()
    this.state.set(userId === null ? anonymous : { name: 'active', userId })
  }

  /** Null if nothing is stored, or it could not be: then it is tried again before anything is presented. */
  async #store(session: ServerSession, { identity, key }: Held, isPresented: boolean): Promise<Item | null> {
    const following = { held: this.#held?.session, key, isPresented, now: this.#settings.now() }
    const earlier = this.#unstored
    const store = async () => {
      await earlier?.()
      const item = await this.lock.hold(() =>
        this.items.update(identity, item => follow(item, session, following)),
      )
      this.#unstored = null
      if (session.credential) this.#owner.stored(identity)
      return item
    }
    this.#unstored = store
    return store().catch(error => {
      report(error)
      this.#unstored = store // An earlier one may have come to its end meanwhile.
      return null
    })
  }

  #dueInMs(item: Item | null): number {
    const { renewMs, now } = this.#settings
    const ageMs = item ? now() - item.renewedAt : 0
    return ageMs < 0 ? 0 : Math.max(0, renewMs - ageMs)
  }

  #awaitRenewal(item: Item | null): void {
    this.#stopNext()
    if (this.#unstored) this.#presentIn(this.#line.backoff(), true)
    else if (this.#held?.key !== undefined) this.#presentIn(this.#dueInMs(item), true)
  }

  async #lost(code: number, reason: string): Promise<void> {
    const { identity, key }: Partial<Held> = this.#held ?? this
    this.#leave()
    if (code === 4408 && reason === 'not signed in') return this.#park(anonymous)
    if (code === 4401) {
      const { storesKeys } = this.#settings
      const left = storesKeys
        ? await this.lock.hold(() => this.items.remove(identity, key)).catch(report)
        : null
      if (identity === this.identity) {
        if (left === null) return this.#end(reason)
        this.#told = reason
      }
    }
    if (code === 4409) this.#patience = patience
    this.state.set(connecting)
    this.#line.redial(code === 4401 || code === 4409 ? 'now' : lateCodes.includes(code) ? 'late' : 'soon')
  }

  /** What was stored is gone. */
  #end(why: string): void {
    this.#told = null
    if (why !== 'signed-out') {
      return this.#park({ name: 'ended', why: why === 'reuse' || why === 'expired' ? why : 'revoked' })
    }
    this.state.set(anonymous)
    if (this.#line.isOpen) void this.present()
    else this.#line.redial('now')
  }

  #park(state: State): void {
    this.#isParked = true
    this.#leave()
    this.#hangUp()
    this.calls.fail('connection_lost', 'session_ended')
    this.state.set(state)
  }

  #leave(): void {
    this.#held = null
    this.#isReady = false
    this.#stopNext()
  }

  #hangUp(): void {
    this.#hangUps++
    this.#line.hangUp()
  }
}
