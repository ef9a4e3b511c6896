import { listMoves, type Move } from './moves.ts'
import { remember } from './remember.ts'
import type { Invariant, Scenario } from './scenario.ts'
import { type CreateStrategy, Server } from './server.ts'
import { step } from './step.ts'
import { createWorld, fingerprint, isDead, type World } from './world.ts'

export interface Found {
  readonly invariant: Invariant
  readonly moves: readonly Move[]
}

export interface Searched {
  readonly states: number
  readonly steps: number
  /** How many moves the longest history has. */
  readonly depth: number
  /** Whether there is no other state than those that were seen. */
  readonly isComplete: boolean
  /** One shortest history for each invariant that was broken. */
  readonly found: readonly Found[]
}

export interface SearchOptions {
  readonly create: CreateStrategy
  readonly maxStates: number
  /** Breaks off at the first history that breaks this. */
  readonly until?: Invariant
  /** Told now and then how many states have been seen. */
  readonly onProgress?: (states: number) => void
}

/** Every history, the short ones first; a state is gone on from once, and not after a violation. */
export async function search(scenario: Scenario, options: SearchOptions): Promise<Searched> {
  const { create, maxStates, until, onProgress } = options
  const server = new Server({ create, ...scenario.server })
  const { record, now } = await server.start()
  const { serve, numberOf } = remember(server)
  const root: Node = { world: createWorld(record, now), step: null }
  const seen = new Set([fingerprint(root.world, numberOf)])
  const found = new Map<Invariant, Found>()
  let frontier = [root]
  let steps = 0
  let depth = 0
  const result = (isComplete: boolean): Searched => ({
    states: seen.size,
    steps,
    depth,
    isComplete,
    found: [...found.values()],
  })

  for (; frontier.length > 0; depth++) {
    const next: Node[] = []
    for (const node of frontier) {
      for (const move of listMoves(node.world, scenario)) {
        const answer = step(node.world, move, scenario, serve)
        const stepped = answer instanceof Promise ? await answer : answer
        if (stepped === null) continue
        steps++
        const { world, violation } = stepped
        if (violation !== null) {
          if (!found.has(violation)) {
            found.set(violation, { invariant: violation, moves: [...historyOf(node.step), move] })
          }
          if (violation === until) return result(false)
          continue
        }
        const before = node.world
        if (isDead(before) && numberOf(world.record) === numberOf(before.record)) continue
        const print = fingerprint(world, numberOf)
        if (seen.has(print)) continue
        seen.add(print)
        if (seen.size % 10_000 === 0) onProgress?.(seen.size)
        next.push({ world, step: { move, before: node.step } })
        if (seen.size >= maxStates) return result(false)
      }
    }
    frontier = next
  }
  return result(true)
}

interface Step {
  readonly move: Move
  readonly before: Step | null
}

interface Node {
  readonly world: World
  readonly step: Step | null
}

function historyOf(step: Step | null): Move[] {
  const moves: Move[] = []
  for (let at = step; at !== null; at = at.before) moves.unshift(at.move)
  return moves
}
