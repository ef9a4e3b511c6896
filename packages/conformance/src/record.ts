import { createSessionId, type SessionRecord } from '@sojourn/core'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** A new anonymous session, not saved yet: an hour without use, a day in all. */
export function createRecord(now: number, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: createSessionId(),
    userId: null,
    data: '{}',
    createdAt: now,
    deadline: now + dayMs,
    expiresAt: now + hourMs,
    version: 0,
    generation: 0,
    rotatedAt: now,
    attempts: [],
    ...fields,
  }
}

export const byId = (a: SessionRecord, b: SessionRecord): number => (a.id < b.id ? -1 : 1)
