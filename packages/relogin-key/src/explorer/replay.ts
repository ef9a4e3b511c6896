import { listMoves, type Move } from './moves.ts'
import type { Scenario } from './scenario.ts'
import { type CreateStrategy, Server } from './server.ts'
import { type Stepped, step } from './step.ts'
import { createWorld, type World } from './world.ts'

export interface Told {
  readonly before: World
  readonly move: Move
  readonly stepped: Stepped
}

export interface Player<T> {
  readonly moveOf: (entry: T, world: World) => Move | null
  readonly onStep?: (entry: T, told: Told) => void
}

/** Plays a history from the sign-in on, up to its first violation. What cannot be done is passed over. */
export async function play<T>(
  scenario: Scenario,
  create: CreateStrategy,
  entries: readonly T[],
  { moveOf, onStep }: Player<T>,
): Promise<Told[]> {
  const server = new Server({ create, ...scenario.server })
  const { record, now } = await server.start()
  let world = createWorld(record, now)
  const history: Told[] = []
  for (const entry of entries) {
    const move = moveOf(entry, world)
    if (move === null || !isPossible(move, world, scenario)) continue
    const stepped = await step(world, move, scenario, (world, call) => server.serve(world, call))
    if (stepped === null) continue
    const told = { before: world, move, stepped }
    history.push(told)
    onStep?.(entry, told)
    if (stepped.violation !== null) break
    world = stepped.world
  }
  return history
}

export function replay(scenario: Scenario, create: CreateStrategy, moves: readonly Move[]): Promise<Told[]> {
  return play(scenario, create, moves, { moveOf: move => move })
}

function isPossible(move: Move, world: World, scenario: Scenario): boolean {
  const text = JSON.stringify(move)
  return listMoves(world, scenario).some(other => JSON.stringify(other) === text)
}
