import { Child } from '../child.ts'
import type { Kind } from './contenders.ts'

export type CrowdRequest =
  /** So many come, sign in and write once. */
  | {
      readonly do: 'gather'
      readonly url: string
      readonly client: Kind['client']
      readonly count: number
      readonly renewMs: number
    }
  /** Each presents its key so many times. */
  | { readonly do: 'renew'; readonly times: number }
  /** Waits until each is in its session, since `since` if that is not null, or out of it; then each reads. */
  | { readonly do: 'count'; readonly since: number | null; readonly patienceMs: number }

export interface CrowdReport {
  readonly stillSignedIn: number
  readonly acknowledgedWritesLost: number
  readonly wrongUser: number
  readonly unanswered: number
  /** When the first, and the last, of those who are in their session came into it: milliseconds since the epoch. */
  readonly firstActiveAt: number | null
  readonly lastActiveAt: number | null
}

/** Honest clients, in a process of their own. */
export interface CrowdProcess {
  ask(request: CrowdRequest): Promise<CrowdReport>
  kill(): Promise<void>
}

export function startCrowd(): CrowdProcess {
  const child = new Child('./sockets/crowd.ts', [], 1)
  return { ask: request => child.ask<CrowdReport>(request), kill: () => child.kill() }
}
