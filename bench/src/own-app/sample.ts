import { spreadOf } from '../results.ts'
import type { OwnLoadReport } from './load-process.ts'

/** A page in one round. */
export interface Sample extends Omit<OwnLoadReport, 'wrong' | 'clients'> {
  readonly rps: number
  readonly cpuMicros: number | null
  readonly rssBytes: number | null
}

/** @param baseline of bare Express, in the same rounds */
export function summarise(samples: readonly Sample[], baseline: readonly Sample[]) {
  const spread = (value: (sample: Sample, none: Sample) => number) =>
    spreadOf(samples.map((sample, round) => value(sample, baseline[round] as Sample)))
  const hasCpu = samples.every(({ cpuMicros }) => cpuMicros !== null)
  const cpu = ({ cpuMicros }: Sample) => cpuMicros ?? 0
  return {
    keepsAlive: samples.every(({ keepsAlive }) => keepsAlive),
    rps: spread(({ rps }) => rps),
    ratioToNone: spread(({ rps }, none) => rps / none.rps),
    cpuMicros: hasCpu ? spread(cpu) : null,
    overheadMicros: hasCpu ? spread((sample, none) => cpu(sample) - cpu(none)) : null,
    p50Ms: spread(({ p50Ms }) => p50Ms).median,
    p99Ms: spread(({ p99Ms }) => p99Ms).median,
    responseBytes: spread(({ responseBytes }) => responseBytes).median,
    credentialBytes: spread(({ credentialBytes }) => credentialBytes).max,
    rssBytes: hasCpu ? spread(({ rssBytes }) => rssBytes ?? 0).max : null,
    loaderBusy: spread(({ loaderBusy }) => loaderBusy).median,
  }
}
