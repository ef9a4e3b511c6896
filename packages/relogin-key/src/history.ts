import { hash } from 'node:crypto'
import type { SessionRecord } from '@sojourn/core'

/** How late a request may come, and still be known as one of before a sign-in, or of an earlier rotation. */
const lateMs = 60_000
/** Of what a store lost with its last writes, for longer: they may have come from long ago. */
const recoveryMs = 300_000

/** How many earlier attempts are known however late, and how many at most. */
const [fewest, most] = [8, 128]

/** Made by a client without attempt ids. */
export const anonymous = ''
/** Made by a sign-in, or the first: no attempt has this digest. */
const nobody = '-'

/**
 * Keys of generations below `below` are refused without a punishment, until `until`: those of before a sign-in; or,
 * where the store has lost writes, those that come with an attempt id.
 */
export interface Note {
  readonly why: 'sign-in' | 'lost'
  readonly below: number
  readonly until: number
}

/** What is known of earlier keys. In a record it is in `attempts`: the maker, those spent, the notes. */
export interface History {
  /** What made the current generation: the digest of an attempt, or one of the above. */
  readonly maker: string
  /**
   * Attempts of which the successor has been rotated, too, newest first: the beginning of the digest, for whoever has
   * another with the same is refused, and no more; then when that was.
   */
  readonly spent: readonly string[]
  readonly notes: readonly Note[]
}

/** 128 bits of what a key was presented with: enough to tell attempts apart, and from a guess. */
export const digestOf = (generation: number, attempt: string | null): string =>
  attempt === null ? anonymous : hash('sha256', `${generation}.${attempt}`, 'base64url').slice(0, 22)

const spentLength = 8
const notePattern = /^<(\d+) (until|lost until) (\d+)$/

export function readHistory({ attempts }: SessionRecord): History {
  const end = attempts.findIndex(entry => entry.startsWith('<'))
  const [maker = nobody, ...spent] = end < 0 ? attempts : attempts.slice(0, end)
  const notes = end < 0 ? [] : attempts.slice(end).flatMap(readNote)
  return { maker, spent, notes }
}

function readNote(entry: string): Note[] {
  const [, below, kind, until] = notePattern.exec(entry) ?? []
  if (below === undefined) return []
  return [{ why: kind === 'until' ? 'sign-in' : 'lost', below: Number(below), until: Number(until) }]
}

export const isSpent = (spent: string, digest: string): boolean =>
  digest.startsWith(spent.slice(0, spentLength))

const spentAt = (spent: string): number => Number.parseInt(spent.slice(spentLength), 36)

const writeNote = ({ why, below, until }: Note) => `<${below} ${why === 'lost' ? 'lost ' : ''}until ${until}`

/** Whether the oldest is. */
const isForgotten = (spent: readonly string[], at: number): boolean =>
  spent.length > fewest && at - spentAt(spent.at(-1) as string) >= lateMs

/** The record at a later generation, which `maker` made. */
function advance(
  record: SessionRecord,
  to: { readonly generation: number; readonly maker: string; readonly at: number; readonly note?: Note },
): SessionRecord {
  const { generation, maker, at, note } = to
  const history = readHistory(record)
  const isAttempt = history.maker !== nobody && history.maker !== anonymous
  const spent = [...history.spent]
  if (isAttempt) spent.unshift(history.maker.slice(0, spentLength) + at.toString(36))
  while (spent.length > most || isForgotten(spent, at)) spent.pop()
  const notes = history.notes.filter(({ why, until }) => at < until && why !== note?.why)
  const attempts = [maker, ...spent, ...[...(note ? [note] : []), ...notes].map(writeNote)]
  return { ...record, generation, rotatedAt: at, attempts }
}

/** The record at the generation after that of a key which was presented: of ours, or ahead of what the store has. */
export function rotate(
  record: SessionRecord,
  { generation, attempt }: { readonly generation: number; readonly attempt: string | null },
  at: number,
): SessionRecord {
  const maker = digestOf(generation, attempt)
  const next = { generation: generation + 1, maker, at }
  if (generation === record.generation) return advance(record, next)
  return advance(record, { ...next, note: { why: 'lost', below: generation, until: at + recoveryMs } })
}

/**
 * The record with a generation that no key has had. Two on, so that none is the direct predecessor that a retry
 * honours; and no less than the time, for a store may have lost any number of rotations: they took longer.
 */
export function startAnew(record: SessionRecord, at: number): SessionRecord {
  const generation = Math.max(record.generation + 2, at)
  const note = { why: 'sign-in', below: generation, until: at + lateMs } as const
  return advance(record, { generation, maker: nobody, at, note })
}
