import type { Spread } from '../results.ts'

/** What a client on a socket costs that presents a one-time key. */
export interface Sockets {
  readonly contender: string
  /** How many are open, each signed in to a session of its own. */
  readonly sockets: number
  /** On how many of them a key is presented at the same time. */
  readonly concurrency: number
  readonly rounds: number
  /** Keys presented on open sockets: each a rotation. */
  readonly resumesPerSecond: Spread
  /** Of those, against `none` in the same round. */
  readonly ratioToNone: Spread
  /** CPU time of the server process per resume, in microseconds. */
  readonly cpuMicros: Spread
  /** `cpuMicros` above `none` in the same round. */
  readonly overheadMicros: Spread
  readonly p50Ms: number
  readonly p99Ms: number
  /** New sessions that were signed in to, without the check of a password. */
  readonly signInsPerSecond: Spread
  /** From the beginning of the connection until its session is known, one client at a time. */
  readonly connectP50Ms: number
  readonly connectP99Ms: number
  /** Messages to the store per resume of one client; null for a store inside the process. */
  readonly storeRoundTrips: number | null
  /** Resident memory of the server process, per open socket that is signed in, with its session. */
  readonly rssBytesPerSocket: number
  /** The share of its core that the load generator used while it presented. */
  readonly loaderBusy: number
}
