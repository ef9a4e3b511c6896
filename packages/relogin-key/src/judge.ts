import type { SessionRecord } from '@sojourn/core'
import type { Presented } from './claim.ts'
import { digestOf, isSpent, type Note, readHistory } from './history.ts'

/**
 * What is to be done about a key:
 * `keep`: resume, and the key stays the current one; `rotate`: resume with the successor of this key;
 * `repeat`: resume with the current key, again; `refuse`: null, and nobody is punished; `reuse`: end the session.
 */
export type Verdict = 'keep' | 'rotate' | 'repeat' | 'refuse' | 'reuse'

export interface Times {
  readonly now: number
  readonly graceMs: number
  readonly rotateAfterMs: number
}

/** The protocol's table, for a record that is live. */
export function judge(
  record: SessionRecord,
  { generation, attempt }: Pick<Presented, 'generation' | 'attempt'>,
  { now, graceMs, rotateAfterMs }: Times,
): Verdict {
  // The clock of the server that rotated may be ahead of ours.
  const ageMs = Math.max(0, now - record.rotatedAt)
  const behind = record.generation - generation
  // Ahead: the store has lost its last writes, for we have minted that key.
  if (behind < 0) return 'rotate'
  if (behind === 0) return ageMs < rotateAfterMs ? 'keep' : 'rotate'

  const { maker, spent, notes } = readHistory(record)
  const hasAttempt = attempt !== null
  const digest = digestOf(generation, attempt)
  if (behind === 1 && maker === digest && (hasAttempt || ageMs < graceMs)) return 'repeat'
  if (hasAttempt && spent.some(known => isSpent(known, digest))) return 'refuse'
  // A client that is refused the key it holds presents it without an attempt id: so a thief who went on is found,
  // even where the store has lost who made what.
  const isExcused = ({ why, below, until }: Note) =>
    generation < below && now < until && (why === 'sign-in' || hasAttempt)
  return notes.some(isExcused) ? 'refuse' : 'reuse'
}
