import type { Act, Move } from './moves.ts'
import { play, type Told } from './replay.ts'
import type { Scenario } from './scenario.ts'
import type { Found } from './search.ts'
import type { CreateStrategy } from './server.ts'

/** A move whose messages are named by the moves that sent them, so that others can be left out before it. */
interface Planned {
  readonly id: number
  readonly move: Move
  /** Null until the history has been played once. */
  readonly names: readonly string[] | null
}

/** A history that breaks the same, and from which nothing can be left out: no stretch of moves, no part of one. */
export async function shrink(
  scenario: Scenario,
  create: CreateStrategy,
  { moves, invariant }: Found,
): Promise<Move[]> {
  const plan = moves.map((move, id) => ({ id, move, names: null }))
  let best: readonly Played[] = await playPlan(scenario, create, plan)

  async function takes(candidate: readonly Planned[]): Promise<boolean> {
    const played = await playPlan(scenario, create, candidate)
    if (played.at(-1)?.told.stepped.violation !== invariant) return false
    best = played
    return true
  }

  async function leaveOut(): Promise<boolean> {
    for (let length = best.length >> 1; length > 0; length >>= 1) {
      for (let at = best.length - length; at >= 0; at--) {
        if (await takes(best.toSpliced(at, length))) return true
      }
    }
    for (const [at, planned] of best.entries()) {
      for (const part of partsOf(planned))
        if (await takes([...best.slice(0, at), part, ...best.slice(at + 1)])) return true
    }
    return false
  }

  while (await leaveOut());
  return best.map(({ told }) => told.move)
}

/** What is simpler than a move that consists of several. */
function partsOf({ id, move, names }: Planned): Planned[] {
  if (move.do !== 'serve' || (move.within === null && move.crash === null)) return []
  const ownNames = move.act.by === 'request' ? 1 : 0
  const alone = { ...move, crash: null, within: null, at: 1 } as const
  const parts = [{ id, move: alone, names: names?.slice(0, ownNames) ?? null }]
  if (move.within === null) return parts
  return [...parts, { id, move: { ...alone, act: move.within }, names: names?.slice(ownNames) ?? null }]
}

interface Played extends Planned {
  readonly told: Told
}

async function playPlan(
  scenario: Scenario,
  create: CreateStrategy,
  plan: readonly Planned[],
): Promise<Played[]> {
  const played: Played[] = []
  /** The names of the messages in flight. */
  let inFlight: string[] = []
  await play(scenario, create, plan, {
    moveOf: ({ move, names }) => (names === null ? move : rename(move, names, inFlight)),
    onStep({ id }, told) {
      const { before, move, stepped } = told
      const names = placesOf(move).map(place => inFlight[place] ?? '')
      let sent = 0
      inFlight = stepped.world.messages.map(message => {
        const place = before.messages.indexOf(message)
        if (place >= 0) return inFlight[place] ?? ''
        return move.do === 'reload' ? (names[0] ?? '') : `${id}.${sent++}`
      })
      played.push({ id, move, names, told })
    },
  })
  return played
}

/** Where the messages are that a move is about. */
function placesOf(move: Move): number[] {
  if ('message' in move) return [move.message]
  if (move.do !== 'serve') return []
  return [move.act, move.within].flatMap(act => (act?.by === 'request' ? [act.message] : []))
}

/** The same move, with its messages where they are now; null if one was never sent. */
function rename(move: Move, names: readonly string[], inFlight: readonly string[]): Move | null {
  const places = names.map(name => inFlight.indexOf(name))
  if (places.includes(-1)) return null
  const next = () => places.shift() ?? 0
  if ('message' in move) return { ...move, message: next() }
  if (move.do !== 'serve') return move
  const place = (act: Act): Act => (act.by === 'request' ? { ...act, message: next() } : act)
  return { ...move, act: place(move.act), within: move.within && place(move.within) }
}
