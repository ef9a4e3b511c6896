import { type Resgate, type Spread, spreadOf } from '../results.ts'
import type { Effort } from '../throughput.ts'
import type { TimedReport } from '../timed-load.ts'
import { type ResgateAct, type ResgateLoad, type ResgateLoadProcess, resgateActs } from './load-process.ts'
import type { ServiceProcess } from './service-process.ts'

export interface ResgateEffort extends Pick<Effort, 'rounds' | 'seconds' | 'concurrency'> {
  /**
   * Signed in before it begins. Many, because each presents once a minute or so: a service that remembers what came
   * lately would have more to remember of few.
   */
  readonly sessions: number
}

/** One contender in one round. */
interface Sample extends TimedReport {
  readonly perSecond: number
  readonly cpuMicros: number
}

export type ResgateCosts = Omit<Resgate, 'messages' | 'storeRoundTrips'>

/**
 * Signs clients in to all, then measures each contender once in each round, in turn, and relates it to `resgate-none`,
 * the first of `services`, in the same round.
 *
 * @throws {Error} if any answer is wrong
 */
export async function measureResgate(
  services: readonly ServiceProcess[],
  loader: ResgateLoadProcess,
  effort: ResgateEffort,
  progress: (service: ServiceProcess, round: number) => void,
): Promise<ResgateCosts[]> {
  const { rounds, concurrency, sessions } = effort
  const samples = Object.fromEntries(
    resgateActs.map(act => [act, services.map((): Sample[] => [])]),
  ) as Record<ResgateAct, Sample[][]>
  for (const service of services) {
    progress(service, 0)
    await loadService(service, loader, { do: 'open', nats: service.home.nats, count: sessions })
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [index, service] of services.entries()) {
      progress(service, round)
      await measure('relogin', service, loader, effort, 1 / 8)
      samples.relogin[index]?.push(await measure('relogin', service, loader, effort, 1 / 2))
      samples.login[index]?.push(await measure('login', service, loader, effort, 1 / 4))
    }
  }
  for (const { home } of services) await loader.load({ do: 'close', nats: home.nats })
  return services.flatMap(({ contender }, index) =>
    resgateActs.map(act => ({
      ...{ contender, act, sessions, concurrency, rounds },
      ...summarise(samples[act][index] as Sample[], samples[act][0] as Sample[]),
    })),
  )
}

async function measure(
  act: ResgateAct,
  service: ServiceProcess,
  loader: ResgateLoadProcess,
  { seconds, concurrency }: ResgateEffort,
  share: number,
): Promise<Sample> {
  const before = await service.usage()
  const load: ResgateLoad = { do: act, nats: service.home.nats, seconds: seconds * share, concurrency }
  const report = await loadService(service, loader, load)
  const after = await service.usage()
  return {
    ...report,
    perSecond: report.done / report.seconds,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / report.done,
  }
}

async function loadService(
  { contender }: ServiceProcess,
  loader: ResgateLoadProcess,
  load: ResgateLoad,
): Promise<TimedReport> {
  try {
    return await loader.load(load)
  } catch (error) {
    throw new Error(`${contender}, ${(error as Error).message}`)
  }
}

function summarise(samples: readonly Sample[], baseline: readonly Sample[]) {
  const spread = (value: (sample: Sample, none: Sample) => number): Spread =>
    spreadOf(samples.map((sample, round) => value(sample, baseline[round] as Sample)))
  return {
    perSecond: spread(({ perSecond }) => perSecond),
    ratioToNone: spread(({ perSecond }, none) => perSecond / none.perSecond),
    cpuMicros: spread(({ cpuMicros }) => cpuMicros),
    overheadMicros: spread(({ cpuMicros }, none) => cpuMicros - none.cpuMicros),
    p50Ms: spread(({ p50Ms }) => p50Ms).median,
    p99Ms: spread(({ p99Ms }) => p99Ms).median,
    loaderBusy: spread(({ loaderBusy }) => loaderBusy).median,
  }
}
