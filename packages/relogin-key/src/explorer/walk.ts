import { listMoves, type Move } from './moves.ts'
import type { Scenario } from './scenario.ts'
import type { Found } from './search.ts'
import { type CreateStrategy, Server } from './server.ts'
import { step } from './step.ts'
import { createWorld, isDead } from './world.ts'

export interface WalkOptions {
  readonly create: CreateStrategy
  readonly seed: number
  readonly steps: number
  /** Told now and then how many steps are done. */
  readonly onProgress?: (steps: number) => void
}

export interface Walked {
  readonly steps: number
  /** Histories: each from a sign-in to the end of its session, or to `maxLength`. */
  readonly walks: number
  readonly longest: number
  /** The first violation of each invariant, as it was found. */
  readonly found: readonly Found[]
  readonly violations: number
}

const maxLength = 500
/** How often somebody tries a key on a session that has ended. */
const maxDeadSteps = 3

/** How likely each kind of move is; what ends a session is rare. */
const weights = {
  present: 8,
  serve: 8,
  hear: 8,
  lose: 2,
  reload: 1,
  repeat: 1,
  wait: 1,
  'roll back': 1,
  steal: 0.3,
  ending: 0.1,
}

/** Long histories, at random. The same seed takes the same steps. */
export async function walk(scenario: Scenario, options: WalkOptions): Promise<Walked> {
  const { create, seed, onProgress } = options
  const random = createRandom(seed)
  const server = new Server({ create, ...scenario.server })
  const found = new Map<string, Found>()
  let steps = 0
  let walks = 0
  let longest = 0
  let violations = 0
  while (steps < options.steps) {
    const { record, now } = await server.start()
    let world = createWorld(record, now)
    const moves: Move[] = []
    for (let dead = 0; moves.length < maxLength && dead < maxDeadSteps && steps < options.steps; ) {
      const move = pick(listMoves(world, scenario), random)
      if (move === undefined) break
      const stepped = await step(world, move, scenario, (world, call) => server.serve(world, call))
      if (stepped === null) continue
      moves.push(move)
      if (++steps % 50_000 === 0) onProgress?.(steps)
      world = stepped.world
      if (isDead(world)) dead++
      if (stepped.violation === null) continue
      violations++
      const { violation } = stepped
      if (!found.has(violation)) found.set(violation, { invariant: violation, moves })
      break
    }
    walks++
    longest = Math.max(longest, moves.length)
  }
  return { steps, walks, longest, found: [...found.values()], violations }
}

/** First a kind, then one of it: there are many ways to serve, and one to hear. */
function pick(moves: readonly Move[], random: () => number): Move | undefined {
  const kinds = [...Map.groupBy(moves, move => (isEnding(move) ? 'ending' : move.do))]
  let at = random() * kinds.reduce((sum, [kind]) => sum + weights[kind], 0)
  let chosen: Move[] = []
  for (const [kind, moves] of kinds) {
    chosen = moves
    at -= weights[kind]
    if (at < 0) break
  }
  return chosen[Math.floor(random() * chosen.length)]
}

function isEnding(move: Move): boolean {
  if (move.do === 'wait') return move.ms === 'end'
  return move.do === 'serve' && [move.act, move.within].some(act => act?.by === 'sign out')
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
