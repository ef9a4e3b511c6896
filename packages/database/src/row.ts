import { checkRecord, type SessionRecord } from '@sojourn/core'
import type { Row, SqlValue } from './driver.ts'

/** The columns of the records, in the order of a row. */
export const columns = [
  ...['id', 'user_id', 'data', 'created_at', 'deadline'],
  ...['expires_at', 'version', 'generation', 'rotated_at', 'attempts'],
] as const

/** Where they are in a row. */
export const [idAt, dataAt, versionAt] = [0, 2, 6]

export function toRow(record: SessionRecord): Row {
  return [
    toText(record.id),
    record.userId === null ? null : toText(record.userId),
    record.data,
    record.createdAt,
    record.deadline,
    record.expiresAt,
    record.version,
    record.generation,
    record.rotatedAt,
    record.attempts.length === 0 ? '[]' : JSON.stringify(record.attempts),
  ]
}

/** Null, and one event, if the row is not ours, or was damaged. */
export function toRecord(store: string, row: Row, asked?: string): SessionRecord | null {
  const [id, userId, data, createdAt, deadline, expiresAt, version, generation, rotatedAt, attempts] = row
  const ownId = fromText(id)
  return checkRecord(store, asked ?? (typeof ownId === 'string' ? ownId : ''), {
    id: ownId,
    userId: fromText(userId),
    data,
    createdAt: toNumber(createdAt),
    deadline: toNumber(deadline),
    expiresAt: toNumber(expiresAt),
    version: toNumber(version),
    generation: toNumber(generation),
    rotatedAt: toNumber(rotatedAt),
    attempts: attempts === '[]' ? [] : parse(attempts),
  })
}

/**
 * A text that every database stores and compares as it is: ordinary ids are themselves, all else is as in a JSON
 * string. PostgreSQL takes no NUL, UTF-8 has no lone surrogates, and to MySQL `a` equals `a `.
 */
export function toText(text: string): string {
  return plain.test(text) ? text : JSON.stringify(text).slice(1, -1).replace(/ $/, '\\u0020')
}

/** Undefined if `toText` did not make it. */
export function fromText(text: SqlValue | undefined): unknown {
  return typeof text === 'string' && text.includes('\\') ? parse(`"${text}"`) : text
}

const plain = /^[\w-]+$/

const toNumber = (value: SqlValue | undefined) =>
  typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value

function parse(text: SqlValue | undefined): unknown {
  try {
    return JSON.parse(text as string)
  } catch {
    return undefined
  }
}
