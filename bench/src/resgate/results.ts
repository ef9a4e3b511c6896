import type { Spread } from '../results.ts'

/** What a session service costs whose clients come through Resgate: a process on NATS. */
export interface Resgate {
  readonly contender: string
  /**
   * `relogin`: a key presented on a new connection, and rotated. `login`: a new session, without the check of a
   * password.
   */
  readonly act: string
  /** Whose keys are presented, one after the other. */
  readonly sessions: number
  readonly concurrency: number
  readonly rounds: number
  readonly perSecond: Spread
  /** Of those, against `resgate-none` in the same round. */
  readonly ratioToNone: Spread
  /** CPU time of the service's process for one, in microseconds. */
  readonly cpuMicros: Spread
  /** `cpuMicros` above `resgate-none` in the same round. */
  readonly overheadMicros: Spread
  readonly p50Ms: number
  readonly p99Ms: number
  /** Messages on NATS for one: the request, the answer, and all that is said meanwhile. */
  readonly messages: number
  /** Messages to the store for one; null for a store inside the process. */
  readonly storeRoundTrips: number | null
  /** The share of its core that the load generator used. */
  readonly loaderBusy: number
}
