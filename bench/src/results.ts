import type { Resgate } from './resgate/results.ts'
import type { Sockets } from './sockets/results.ts'

export type { Resgate } from './resgate/results.ts'
export type { Sockets } from './sockets/results.ts'

/** The results file. Figures are of one run on one machine; compare ratios, not absolute times. */
export interface Results {
  readonly machine: Machine
  /** The commit that was measured, with `+` if the work tree differed from it. */
  readonly commit: string
  /** ISO 8601. */
  readonly date: string
  /** What was asked for on the command line. Missing in older files. */
  readonly options?: string
  /** Of all measurements, without the time between them and a resumption. Missing in older files. */
  readonly durationMs?: number
  readonly throughput: readonly Throughput[]
  /** Missing in older files. */
  readonly latency?: readonly Latency[]
  readonly restart: readonly Restart[]
  readonly theft: readonly Theft[]
  readonly scale: readonly Scale[]
  readonly sockets: readonly Sockets[]
  readonly resgate: readonly Resgate[]
  readonly notRun: readonly NotRun[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
}

/** Over the rounds of one run. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Throughput {
  readonly contender: string
  readonly scenario: string
  readonly sessionBytes: number
  readonly concurrency: number
  readonly rounds: number
  readonly rps: Spread
  /** Requests per second against `none` in the same round. */
  readonly ratioToNone: Spread
  /** CPU time of the server process per request, in microseconds. */
  readonly cpuMicros: Spread
  /** `cpuMicros` above `none` in the same round. */
  readonly overheadMicros: Spread
  /** The same median of the first half of the rounds, and of the rest: how far one run may be from the next. */
  readonly overheadHalves?: readonly [number, number]
  readonly p50Ms: number
  readonly p99Ms: number
  /**
   * CPU time of the processes of the store per request, in microseconds, of all rounds together; null where it is inside
   * the server or another's, and where the system is not Linux. Missing in older files.
   */
  readonly storeCpuMicros?: number | null
  /** Messages to the store per request of one client; null for a store inside the process, and for a cluster. */
  readonly storeRoundTrips: number | null
  /** Of those and of what comes back. Missing in older files. */
  readonly storeBytes?: number | null
  readonly responseBytes: number
  /** What the client sends with each request: the value of its `Cookie` header. */
  readonly credentialBytes: number
  readonly rssBytes: number
  /** The share of its core that the load generator used; near 1, it set the pace and `rps` is a lower bound. */
  readonly loaderBusy: number
}

/**
 * At a fixed rate, whatever the answers do: each request is timed from the moment it was due, with all the time it had
 * to wait for others (coordinated omission corrected). Medians of the rounds, and the longest of all.
 */
export interface Latency {
  readonly contender: string
  readonly scenario: string
  readonly sessionBytes: number
  readonly connections: number
  readonly requestsPerSecond: number
  /** Of what the contender answers at its best, if the rate is a share of that. */
  readonly shareOfCapacity?: number
  readonly rounds: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** The share of its core that the load generator used; near 1, some of the time is its own. */
  readonly loaderBusy: number
}

export interface Restart {
  readonly contender: string
  readonly fault: string
  readonly clients: number
  readonly stillSignedIn: number
  /** 0 through Resgate, where clients write nothing. */
  readonly acknowledgedWritesLost: number
  /** Answers that named another user; must be 0. */
  readonly wrongUser: number
  /** From the fault to the first answer that knew its client; null if there was none. */
  readonly firstSuccessMs: number | null
  /** On sockets, and through Resgate: from when the server could answer again until the last of those who came back was back. */
  readonly allBackMs?: number | null
  /** There: how many sessions the server ended because it took an honest client for a thief; should be 0. */
  readonly reuses?: number
  readonly note: string
}

export interface Theft {
  readonly contender: string
  /** What the owner of the copied cookie did; on sockets, what was copied and who came first. */
  readonly act: string
  /** Whether the contender has a way to do that; otherwise its owner did what comes nearest. */
  readonly isOffered: boolean
  /**
   * From when that was acknowledged until the copy last worked, 0 if it never did; null for as long as it was tried. The
   * longest of several copies.
   */
  readonly worksForMs: number | null
  readonly note: string
}

export interface Scale {
  readonly contender: string
  readonly sessions: number
  readonly overheadMicros: Spread
  readonly p99Ms: number
  /** Resident memory of the server process, per session. */
  readonly bytesPerSession: number
  /**
   * From when all were expired until none was held, or, of a store that is told to, until it had cleared them out; null if
   * some were still held after 20 seconds.
   */
  readonly clearMs: number | null
  /** The longest pause of the event loop in that time; null where sessions can neither be counted nor be cleared out. */
  readonly clearPauseMs: number | null
}

export interface NotRun {
  readonly contender: string
  /** Of session data, where only sessions of that size are not run. */
  readonly sessionBytes?: number
  /** What was being measured when it failed. */
  readonly during?: string
  readonly reason: string
  /** The last lines of a contender that ended by itself. */
  readonly log?: readonly string[]
  /** A wrong answer, or an error that no end of a process explains: the run ends with 1. */
  readonly isFailure?: boolean
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 }
}
