import { hash, randomBytes } from 'node:crypto'
import {
  guardStore,
  type LiveSession,
  SessionError,
  type SessionRecord,
  type SessionStore,
  type SessionStrategy,
} from '@sojourn/core'

export interface TicketsOptions {
  readonly strategy: SessionStrategy
  /** Shared by the processes that issue tickets and those that take them. */
  readonly store: SessionStore
  /** How long a ticket is good, in milliseconds; default 10 s. */
  readonly liveMs?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

/** What a ticket was issued for. */
export interface Holder {
  readonly sessionId: string
  readonly userId: string | null
}

export interface Tickets {
  /**
   * A ticket that takes a socket into this session: once, and soon. The session is saved before.
   *
   * @throws {SessionError} `session_ended` if nothing is stored of it; `store_unavailable`, and what `save` throws
   */
  issue(session: LiveSession): Promise<string>
  /** Null for any ticket that is not good: unknown, expired, spent. */
  redeem(ticket: string): Promise<Holder | null>
}

/** The longest ticket that is looked at; ours have 32 characters. */
const maxLength = 64
const timeoutMs = 2000

/** @throws {SessionError} `invalid_option` */
export function createTickets(options: TicketsOptions): Tickets {
  const { strategy, liveMs = 10_000, now = Date.now } = options
  if (strategy.directory === null) {
    throw new SessionError(
      'invalid_option',
      `Tickets need a strategy that can look sessions up by their id, which ${strategy.name} cannot.`,
    )
  }
  if (!(Number.isInteger(liveMs) && liveMs > 0 && liveMs <= 600_000)) {
    throw new SessionError('invalid_option', `liveMs must be a whole number from 1 to 600000, not ${liveMs}.`)
  }
  const store = guardStore(options.store, timeoutMs)

  return {
    async issue(session) {
      await session.save()
      if (session.expiresAt === null) {
        throw new SessionError('session_ended', 'There is no ticket to a session of which nothing is stored.')
      }
      const ticket = randomBytes(24).toString('base64url')
      const holder: Holder = { sessionId: session.id, userId: session.userId }
      const at = Math.floor(now())
      const times = { createdAt: at, rotatedAt: at, deadline: at + liveMs, expiresAt: at + liveMs }
      const data = JSON.stringify(holder)
      await store.write({
        id: idOf(ticket),
        userId: null,
        data,
        ...times,
        version: 1,
        generation: 0,
        attempts: [],
      })
      return ticket
    },

    async redeem(ticket) {
      if (ticket.length > maxLength) return null
      const record = await store.read(idOf(ticket))
      if (record === null || record.version !== 1 || record.deadline <= now()) return null
      const spent: SessionRecord = { ...record, data: '{}', version: 2 }
      if (!(await store.write(spent))) return null
      await store.remove(record.id).catch(() => {}) // It is spent, and expires by itself.
      return JSON.parse(record.data)
    },
  }
}

/** So that who reads the store finds no ticket. */
const idOf = (ticket: string) => `ticket.${hash('sha256', ticket, 'base64url')}`
