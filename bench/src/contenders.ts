import type { Contender } from './contender.ts'

/** In the order of the tables: the limit, ours, then what people run today. */
export const contenderNames = ['none', 'memory', 'express-session-memory'] as const

export type ContenderName = (typeof contenderNames)[number]

export async function loadContender(name: ContenderName): Promise<Contender> {
  const { contender } = (await import(`./contenders/${name}.ts`)) as { contender: Contender }
  return contender
}
