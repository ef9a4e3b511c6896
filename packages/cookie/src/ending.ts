import { createHash } from 'node:crypto'
import { publish, type SessionRecord } from '@sojourn/core'

/** What was ended: a session, or all sessions of a user. */
export interface Subject {
  readonly kind: 'session' | 'user'
  readonly id: string
}

/** That credentials of a subject are good no more. */
export interface Ending extends Subject {
  /** Generations below have ended. Of two endings of a subject, the later has the higher floor. */
  readonly floor: number
  /** Of a user: the session for which `exceptFloor` counts instead. */
  readonly except: string | null
  readonly exceptFloor: number
  /** From then on all that it ends has expired anyway, by the clock of any server. */
  readonly until: number
}

/** A floor that ends a session altogether. */
export const wholeSession = Number.MAX_SAFE_INTEGER

export const keyOf = ({ kind, id }: Subject): string => `${kind} ${id}`

/** Whose the records of endings are, so that a store can list them. */
export const owner = 'sojourn:revocations'

/** A digest: users and ids may be longer than a store can name. */
export const recordIdOf = (subject: Subject): string =>
  `revocation.${createHash('sha256').update(keyOf(subject)).digest('base64url')}`

export function toRecord(ending: Ending, version: number, now: number): SessionRecord {
  const { until, ...data } = ending
  const times = { createdAt: now, rotatedAt: now, deadline: until, expiresAt: until }
  const id = recordIdOf(ending)
  return { id, userId: owner, data: JSON.stringify(data), ...times, version, generation: 0, attempts: [] }
}

/** Null for one that is not ours, with an event `record-malformed` in the name of `store`. */
export function fromRecord(store: string, { id, data, deadline }: SessionRecord): Ending | null {
  const found = parse(data)
  if (isEnding(found) && recordIdOf(found) === id) {
    return { ...found, until: deadline }
  }
  publish('record-malformed', { strategy: store, sessionId: id, userId: null })
  return null
}

/** Whether what was read has what an ending is known and judged by. */
export const isEnding = (found: Ending | null): found is Ending =>
  typeof found?.id === 'string' && Number.isSafeInteger(found.floor)

function parse(data: string): Ending | null {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}
