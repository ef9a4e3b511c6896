import { publish } from './events.ts'
import type { SessionRecord } from './strategy.ts'

/** What a store found under the name of a record: ours, or what another program made of it. */
export type FoundRecord = { readonly [F in keyof SessionRecord]?: unknown }

/**
 * For stores: `found` if it is the whole record of that id, else null, and one event `record-malformed` in the name
 * of `store`. Whether its data is a JSON object is seen when the session is opened.
 */
export function checkRecord(store: string, id: string, found: FoundRecord | null): SessionRecord | null {
  if (found !== null && found.id === id && isRecord(found)) return found
  const userId = typeof found?.userId === 'string' ? found.userId : null
  publish('record-malformed', { strategy: store, sessionId: id, userId })
  return null
}

/**
 * A record as text, for stores that keep texts: a line of JSON, then the data as it is. The line begins with version,
 * user and deadline, in this order: a store may compare them as text.
 */
export function encodeRecord({ version, userId, deadline, data, ...rest }: SessionRecord): string {
  return `${JSON.stringify({ version, userId, deadline, ...rest })}\n${data}`
}

/** What `encodeRecord` made of a record; checked as by `checkRecord`. */
export function decodeRecord(store: string, id: string, text: string): SessionRecord | null {
  return checkRecord(store, id, parse(text))
}

function parse(text: string): FoundRecord | null {
  const end = text.indexOf('\n')
  if (end < 0) return null
  try {
    const found = JSON.parse(text.slice(0, end))
    found.data = text.slice(end + 1)
    return found
  } catch {
    return null
  }
}

function isRecord(found: FoundRecord): found is SessionRecord {
  return (
    (found.userId === null || typeof found.userId === 'string') &&
    typeof found.data === 'string' &&
    isWhole(found.version, 1) &&
    isWhole(found.generation, 0) &&
    isWhole(found.createdAt, 0) &&
    isWhole(found.deadline, 0) &&
    isWhole(found.expiresAt, 0) &&
    isWhole(found.rotatedAt, 0) &&
    Array.isArray(found.attempts) &&
    found.attempts.every(attempt => typeof attempt === 'string')
  )
}

const isWhole = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least
