import type { Machine, NotRun, Restart, Spread, Theft, Throughput } from '../results.ts'

/** The file of `--json`: rows as in the benchmark's results, with host and port as the contender. */
export interface OwnAppResults {
  readonly machine: Machine
  /** ISO 8601. */
  readonly date: string
  readonly url: string
  /** Of `none`, which is bare Express, and of the application: `read` and `anonymous`, in the same rounds. */
  readonly throughput: readonly OwnThroughput[]
  readonly restart: readonly OwnRestart[]
  readonly theft: readonly Theft[]
  readonly cookies: readonly SessionCookie[]
  readonly notRun: readonly NotRun[]
}

export interface OwnThroughput
  extends Omit<Throughput, 'sessionBytes' | 'cpuMicros' | 'overheadMicros' | 'storeRoundTrips' | 'rssBytes'> {
  /** Not known. */
  readonly sessionBytes: null
  readonly storeRoundTrips: null
  /** With children. Null without `--pid`. */
  readonly cpuMicros: Spread | null
  readonly overheadMicros: Spread | null
  readonly rssBytes: number | null
  /** Of the first answer. */
  readonly status: number
  /** Whether connections stayed open; if not, each request was on one of its own. */
  readonly keepsAlive: boolean
}

export interface OwnRestart extends Restart {
  /** From the first time that it did not answer as before until it did again; 0: whether it was restarted is not known. */
  readonly awayMs: number
}

/** A cookie without which a user is not known. */
export interface SessionCookie {
  readonly name: string
  /** Of name and value. */
  readonly bytes: number
  readonly httpOnly: boolean
  readonly secure: boolean
  /** As it was written; null if it was not. */
  readonly sameSite: string | null
  /** How long a browser keeps it; null: until it is closed. */
  readonly lifetimeMs: number | null
}
