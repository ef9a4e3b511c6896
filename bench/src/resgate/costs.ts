import { type Resgate, type Spread, spreadOf } from '../results.ts'
import { type Lose, prepareEach, rethrow, takeRounds } from '../rounds.ts'
import type { Effort } from '../throughput.ts'
import type { TimedReport } from '../timed-load.ts'
import { warmUp } from '../warm-up.ts'
import { WrongAnswer } from '../wrong-answer.ts'
import { type ResgateAct, type ResgateLoad, type ResgateLoadProcess, resgateActs } from './load-process.ts'
import type { ServiceProcess } from './service-process.ts'

export interface ResgateEffort extends Pick<Effort, 'rounds' | 'seconds' | 'warmUp' | 'concurrency'> {
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
 * the first of `services`, in the same round. Of a contender that is lost, as by a wrong answer, there is no row.
 */
export async function measureResgate(
  services: readonly ServiceProcess[],
  loader: ResgateLoadProcess,
  effort: ResgateEffort,
  progress: (service: ServiceProcess, round: number) => void,
  lose: Lose<ServiceProcess> = rethrow,
): Promise<ResgateCosts[]> {
  const { rounds, concurrency, sessions } = effort
  const open = async (service: ServiceProcess) => {
    progress(service, 0)
    await loadService(service, loader, { do: 'open', nats: service.home.nats, count: sessions })
    const ask = async (seconds: number) => (await measure('relogin', service, loader, effort, seconds)).done
    await warmUp(service, effort.warmUp / 4, ask)
  }
  const opened = await prepareEach(services, open, lose)
  const samples = await takeRounds(
    [...opened.keys()],
    rounds,
    async (service, round): Promise<Record<ResgateAct, Sample>> => {
      progress(service, round)
      return {
        relogin: await measure('relogin', service, loader, effort, effort.seconds),
        login: await measure('login', service, loader, effort, effort.seconds / 2),
      }
    },
    lose,
  )
  for (const { home } of opened.keys()) await loader.load({ do: 'close', nats: home.nats })
  const baseline = samples.get(services[0] as ServiceProcess) ?? []
  return [...samples].flatMap(([{ contender }, taken]) =>
    resgateActs.map(act => ({
      ...{ contender, act, sessions, concurrency, rounds },
      ...summarise(
        taken.map(sample => sample[act]),
        baseline.map(sample => sample[act]),
      ),
    })),
  )
}

async function measure(
  act: ResgateAct,
  service: ServiceProcess,
  loader: ResgateLoadProcess,
  { concurrency }: ResgateEffort,
  seconds: number,
): Promise<Sample> {
  const before = await service.usage()
  const load: ResgateLoad = { do: act, nats: service.home.nats, seconds, concurrency }
  const report = await loadService(service, loader, load)
  const after = await service.usage()
  return {
    ...report,
    perSecond: report.done / report.seconds,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / report.done,
  }
}

async function loadService(
  { contender, usage }: ServiceProcess,
  loader: ResgateLoadProcess,
  load: ResgateLoad,
): Promise<TimedReport> {
  try {
    return await loader.load(load)
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error
    await usage() // throws if it has ended, which is no wrong answer
    throw new WrongAnswer(`${contender}, ${error.message}`)
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
