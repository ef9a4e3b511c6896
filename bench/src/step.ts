import type { Results } from './results.ts'
import type { StoreKind } from './store-server.ts'

/** What was measured in a step. */
export type Rows = Partial<
  Pick<Results, 'throughput' | 'latency' | 'restart' | 'theft' | 'scale' | 'sockets' | 'resgate' | 'notRun'>
>

/** What is measured at one go, and kept when a run is broken off after it. */
export interface Step {
  /** As `read, 200 B, 32 connections`, or `server-killed`. */
  readonly what: string
  /** Who is measured; the first, if several are, in turn. No other step of a run has the same `what` and `who`. */
  readonly who: string
  /** Those who are measured in turn with it, and without it are not. */
  readonly others?: readonly string[]
  /** What it keeps sessions in that others share, if that may be why it fails. */
  readonly store?: StoreKind | null
  /** About how long it takes where nothing else is done. */
  readonly seconds: number
  /** @param tell with what is done at the moment, and the share of the step that is done already */
  run(tell: (detail: string, share: number) => void): Promise<Rows>
}
