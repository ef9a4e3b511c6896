import { hash } from 'node:crypto'
import type { SessionRecord } from '@sojourn/core'

/** How many generations back a late duplicate is known as one. */
const maxMakers = 8

/** Made by a client without attempt ids. */
export const anonymous = ''
/** Made by a sign-in, skipped by one, or lost by the store: no attempt has this digest. */
export const unknown = '-'

/** Keys of generations below `below` are refused without a punishment, until `until`. */
export interface Note {
  readonly below: number
  readonly until: number
}

/** What is known of earlier keys. In a record it is in `attempts`: the makers, then the notes. */
export interface History {
  /** Digests of attempts, newest first: the first made the current generation, the next the one before it, … */
  readonly makers: readonly string[]
  readonly notes: readonly Note[]
}

/** 128 bits are enough to tell attempts apart, and from a guess. */
export const digestOf = (attempt: string | null): string =>
  attempt === null ? anonymous : hash('sha256', attempt, 'base64url').slice(0, 22)

const notePattern = /^<(\d+) until (\d+)$/

export function readHistory({ attempts }: SessionRecord): History {
  const makers = attempts.filter(entry => !notePattern.test(entry))
  const notes = attempts.flatMap(entry => {
    const [, below, until] = notePattern.exec(entry) ?? []
    return below === undefined ? [] : [{ below: Number(below), until: Number(until) }]
  })
  return { makers, notes }
}

const writeNote = ({ below, until }: Note) => `<${below} until ${until}`

/** The record at a later generation, which `maker` made. Who made those between is not known. */
export function advance(
  record: SessionRecord,
  to: { readonly generation: number; readonly maker: string; readonly at: number; readonly note?: Note },
): SessionRecord {
  const { generation, maker, at, note } = to
  const { makers, notes } = readHistory(record)
  const between = Math.min(generation - record.generation - 1, maxMakers)
  const known = [maker, ...Array<string>(between).fill(unknown), ...makers].slice(0, maxMakers)
  // A new note covers all that an older one does, but perhaps not for as long.
  const kept = notes.filter(({ until }) => until > (note?.until ?? at))
  const attempts = [...known, ...(note === undefined ? kept : [note, ...kept]).map(writeNote)]
  return { ...record, generation, rotatedAt: at, attempts }
}
