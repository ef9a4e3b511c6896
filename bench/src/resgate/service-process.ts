import { Child } from '../child.ts'
import { patienceMs, secret } from '../server-process.ts'
import type { ResgateWorld } from './contender.ts'
import type { ResgateContenderName } from './contenders.ts'

export interface ServiceUsage {
  readonly cpuMicros: number
  /** See `ResgateContender`. */
  readonly reuses: number
}

/** Where a service lives. A NATS for each: they all go by the same name. */
export type Home = Pick<ResgateWorld, 'nats' | 'store'>

export interface ServiceProcess {
  readonly contender: ResgateContenderName
  readonly home: Home
  usage(): Promise<ServiceUsage>
  kill(): Promise<void>
}

export async function startService(contender: ResgateContenderName, home: Home): Promise<ServiceProcess> {
  const world: ResgateWorld = { ...home, secrets: [secret] }
  const child = new Child('./resgate/service.ts', [contender, JSON.stringify(world)], 0)
  await child.ask(undefined, patienceMs)
  return {
    contender,
    home,
    usage: () => child.ask<ServiceUsage>({ report: true }, patienceMs),
    kill: () => child.kill(),
  }
}
