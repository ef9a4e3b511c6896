import { Child } from '../child.ts'
import type { CrowdReport } from '../sockets/crowd-process.ts'
import type { ResgateKind } from './contenders.ts'

export type PagesRequest =
  /** So many open, and sign in. */
  | {
      readonly do: 'gather'
      readonly url: string
      readonly page: ResgateKind['page']
      readonly count: number
      readonly renewMs: number
    }
  /** Waits until each has been in its session since `since`, or is out of it; then each asks who it is. */
  | { readonly do: 'count'; readonly since: number; readonly patienceMs: number }

/** Pages of honest clients, in a process of their own. */
export interface PagesProcess {
  ask(request: PagesRequest): Promise<CrowdReport>
  kill(): Promise<void>
}

export function startPages(): PagesProcess {
  const child = new Child('./resgate/crowd.ts', [], 1)
  return { ask: request => child.ask<CrowdReport>(request), kill: () => child.kill() }
}
