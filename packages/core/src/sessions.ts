import { SessionError } from './errors.ts'
import { publish } from './events.ts'
import { type LiveSession, type Session, type SessionData, visitOf } from './session.ts'
import type { Credential, Instruction, SessionStrategy } from './strategy.ts'
import { type SessionHost, Visit } from './visit.ts'
import { wholeMs } from './whole-ms.ts'

/** How many credentials of one request are tried: cookies of the same name may come several times. */
const maxCandidates = 5
/** Of durations, in milliseconds: 31 years, so that no time is so large that a sum loses digits. */
const maxOption = 1e12

export interface SessionsOptions {
  readonly strategy: SessionStrategy
  /**
   * How long a session lives without use, in milliseconds; default 1 hour. With `deadlineMs`, the most that
   * NIST SP 800-63B-4 recommends at AAL2.
   */
  readonly idleMs?: number
  /** How long a session lives after sign-in, whatever its use, in milliseconds; default 24 hours. */
  readonly deadlineMs?: number
  /**
   * Reading moves the idle expiry only once it would move this far, in milliseconds, so that a read is seldom a
   * write; below `idleMs`; default 1 minute, or a tenth of a shorter `idleMs`.
   */
  readonly touchMs?: number
  /** The longest JSON text of a session's data, in bytes of UTF-8; default 64 KiB. */
  readonly maxDataBytes?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

/** What a transport does with sessions: open one on the way in, commit it on the way out. */
export interface Sessions {
  readonly strategy: SessionStrategy
  /**
   * The session of the first of `credentials` that is good, else a new anonymous one, of which nothing is stored
   * until something is put into it.
   *
   * @throws {SessionError} `store_unavailable`
   */
  open<D extends object = SessionData>(
    credentials: readonly Credential[],
    host: SessionHost,
  ): Promise<Session<D>>
  /**
   * The session of that id, for a client that has shown by other means that it is its own. Null if there is none, or
   * only clients know their sessions.
   *
   * @throws {SessionError} `store_unavailable`
   */
  openById<D extends object = SessionData>(id: string, host: SessionHost): Promise<Session<D> | null>
  /** A new anonymous session; with `fault`, one that refuses to save or end anything, with that error. */
  openAnonymous<D extends object = SessionData>(host: SessionHost, fault?: SessionError): Session<D>
  /**
   * Saves what changed, and says what to tell the client. A promise only if there was something to save. An error
   * that the application has had from its own `session.save()` is not thrown again.
   *
   * @throws {SessionError} `not_json`, `reserved_key`, `data_too_large`, `too_late`, `conflict`, `store_unavailable`
   */
  commit(session: LiveSession): Instruction | Promise<Instruction>
  /**
   * Takes up what is stored by now, keeping what is not saved yet; with `newer`, a session of the same id that was
   * opened later, takes that one's place without reading. False if the session has ended, was signed in by others
   * since, or cannot be read.
   *
   * @throws {SessionError} `store_unavailable`
   */
  refresh(session: LiveSession, newer?: LiveSession): Promise<boolean>
}

/** `SessionsOptions`, checked and complete. */
export interface Policy extends Required<SessionsOptions> {
  /** Turns whatever a strategy throws into a `store_unavailable`. */
  ask<T>(question: () => Promise<T>): Promise<T>
}

/** @throws {SessionError} `invalid_option` */
export function createSessions(options: SessionsOptions): Sessions {
  const policy = createPolicy(options)
  const { strategy } = policy
  announceRevocations(strategy)

  return {
    strategy,

    async open(credentials, host) {
      const visit = new Visit(policy, host, credentials.length > 0)
      try {
        for (const credential of credentials.slice(0, maxCandidates)) {
          const resumed = await strategy.resume(credential, host.binding ?? null)
          if (resumed === null) publish('credential-refused', { strategy: strategy.name })
          else if (visit.resume(resumed)) break
        }
      } catch (cause) {
        throw asUnavailable(cause)
      }
      return visit.session as Session<never>
    },

    async openById(id, host) {
      const record = await policy.ask(async () => (await strategy.directory?.find(id)) ?? null)
      const visit = new Visit(policy, host, false)
      return record !== null && visit.resume({ record }) ? (visit.session as Session<never>) : null
    },

    openAnonymous: (host, fault) => new Visit(policy, host, false, fault).session as Session<never>,

    refresh: (session, newer) => visitOf(session).refresh(newer && visitOf(newer)),

    commit(session) {
      const visit = visitOf(session)
      const take = () => visit.takeInstruction()
      const takeIfTold = (error: unknown) => {
        if (visit.resign(error)) return take()
        throw error
      }
      try {
        const committed = visit.commit()
        return typeof committed === 'boolean' ? take() : committed.then(take, takeIfTold)
      } catch (error) {
        return takeIfTold(error)
      }
    },
  }
}

const announced = new WeakSet<SessionStrategy>()

/** Once for each strategy, however often it is mounted. */
function announceRevocations(strategy: SessionStrategy): void {
  if (announced.has(strategy)) return
  announced.add(strategy)
  strategy.revoker?.onRevoked(sessionId => publish('revoked', { strategy: strategy.name, sessionId }))
}

function createPolicy(options: SessionsOptions): Policy {
  const { strategy, idleMs = 3_600_000, maxDataBytes = 65_536, now = Date.now } = options
  if (typeof strategy?.resume !== 'function') {
    throw new SessionError(
      'invalid_option',
      'strategy must be one, such as createStoredStrategy({ store, keys }) makes.',
    )
  }
  const deadlineMs = options.deadlineMs ?? Math.max(86_400_000, idleMs)
  const touchMs = options.touchMs ?? Math.min(60_000, idleMs / 10)
  for (const [name, value] of Object.entries({ idleMs, deadlineMs, maxDataBytes })) {
    if (!(Number.isInteger(value) && value > 0 && value <= maxOption)) {
      throw new SessionError(
        'invalid_option',
        `${name} must be a whole number from 1 to ${maxOption}, not ${value}.`,
      )
    }
  }
  if (idleMs > deadlineMs) {
    throw new SessionError('invalid_option', `idleMs (${idleMs}) must not exceed deadlineMs (${deadlineMs}).`)
  }
  if (!(typeof touchMs === 'number' && touchMs >= 0 && touchMs < idleMs)) {
    throw new SessionError(
      'invalid_option',
      `touchMs must be from 0 to below idleMs (${idleMs}), not ${touchMs}.`,
    )
  }
  return { strategy, idleMs, deadlineMs, touchMs, maxDataBytes, now: wholeMs(now), ask }
}

async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    throw asUnavailable(cause)
  }
}

function asUnavailable(cause: unknown): SessionError {
  if (cause instanceof SessionError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SessionError('store_unavailable', `The session strategy failed: ${reason}`, { cause })
}
