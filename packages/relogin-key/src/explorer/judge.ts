import type { Act } from './moves.ts'
import type { Invariant, Scenario } from './scenario.ts'
import type { Ask, Given } from './server.ts'
import { isDead, type World } from './world.ts'

export interface Judged {
  readonly before: World
  readonly world: World
  /** In the order in which they were done. */
  readonly acts: readonly [Act, Ask, Given][]
  /** Whether the server has just ended the session by itself. */
  readonly hasEnded: boolean
}

/** What the server's answers break; null: nothing. */
export function judge({ before, world, acts, hasEnded }: Judged, { client }: Scenario): Invariant | null {
  const { thief } = world
  const given = acts.filter(([act, , given]) => act.by !== 'sign in' && typeof given === 'number')
  const endsWithin = acts.length > 1 && acts[0]?.[0].by === 'sign out'
  if (given.length > 0 && (isDead(before) || endsWithin)) return 'dead-key'
  if (given.some(([, ask, given]) => ask.do === 'resume' && given !== ask.key + 1)) return 'wrong-successor'
  if (hasEnded && !thief?.hasActed) return 'honest-logout'
  if (thief === null) return null
  if (before.client === 'out' && given.some(([act]) => act.by === 'thief')) return 'thief-outlasts'
  // A retry of the attempt that was copied is the last key that both may be given.
  const shared = client.attempts && thief.copied.attempt === null ? 0 : 1
  const most = thief.copied.key + shared + thief.rollbacks
  return Math.min(thief.best, thief.honestBest) > most ? 'both-go-on' : null
}
