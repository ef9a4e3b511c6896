import type { Contender } from '../contender.ts'

/** A contender as it is, but for one known fault. */
export type Plant = (host: Contender) => Contender

/** Each is one file in `plants/`. */
export type PlantName =
  | 'busy-loop'
  | 'busy-store'
  | 'delay'
  | 'larger-answer'
  | 'leak'
  | 'lingering'
  | 'lost-sessions'
  | 'lost-writes'
  | 'pause'
  | 'second-trip'
  | 'slow-ends'
  | 'stall'
  | 'swapped-user'
  | 'wrong-counter'

export async function plantIn(host: Contender, name: PlantName): Promise<Contender> {
  const { plant } = (await import(`./plants/${name}.ts`)) as { plant: Plant }
  return plant(host)
}
