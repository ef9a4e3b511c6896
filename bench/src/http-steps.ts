import { type ContenderName, isShared, storeOf } from './contenders.ts'
import { measureLatency } from './latency.ts'
import type { BenchOptions } from './options.ts'
import type { NotRun } from './results.ts'
import { noTrips } from './round-trips.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import type { ServerProcess } from './server-process.ts'
import type { Stage } from './stage.ts'
import type { Step } from './step.ts'
import { count } from './table.ts'
import { type Effort, measureThroughput } from './throughput.ts'

/** A sample takes so much longer than it lasts: clients sign in, and an end is waited for. */
export const sampleSeconds = (seconds: number) => seconds + 0.1
const warmUpsPerSecond = 10_000
/** There are several rates in each, and percentiles vary less than costs. */
const mostLatencyRounds = 3

/** What requests cost, and how long their answers take. */
export function planHttp(options: BenchOptions, stage: Stage): Step[] {
  const { contenders, measurements, effort, bytes, connections } = options
  if (contenders.length === 0) return []
  const courses = scenarios
    .filter(({ name }) => measurements.some(measurement => measurement === name))
    .flatMap(scenario =>
      scenario.name === 'read'
        ? [
            ...bytes.map(sessionBytes => ({ scenario, sessionBytes, concurrency: connections[0] })),
            ...connections.slice(1).map(concurrency => ({ scenario, sessionBytes: bytes[0], concurrency })),
          ]
        : [{ scenario, sessionBytes: bytes[0], concurrency: connections[0] }],
    )
  return [
    ...courses.map(({ scenario, ...course }) =>
      planCourse(stage, scenario, contenders, { ...effort, ...course }),
    ),
    ...(measurements.includes('latency') ? [planLatency(stage, options)] : []),
  ]
}

function planCourse(
  stage: Stage,
  scenario: Scenario,
  contenders: readonly ContenderName[],
  effort: Effort,
): Step {
  const what = `${scenario.name}, ${count(effort.sessionBytes)} B, ${effort.concurrency} connections`
  const cast = scenario.isFirst
    ? contenders.filter(contender => contender === 'none' || isShared(contender))
    : contenders
  const samples = cast.length * (effort.rounds + 1)
  return {
    what,
    who: cast[0] as string,
    others: cast.slice(1),
    seconds: samples * sampleSeconds(effort.seconds) + (cast.length * effort.warmUp) / warmUpsPerSecond,
    async run(tell) {
      const notRun: NotRun[] = []
      let taken = 0
      const servers = await stage.cast(cast, effort.sessionBytes, what, notRun)
      const progress = (contender: string, round: number) =>
        tell(
          `${contender}, ${round === 0 ? 'warming up' : `round ${round} of ${effort.rounds}`}`,
          taken++ / samples,
        )
      const rows = await measureThroughput(
        scenario,
        servers,
        stage.loader,
        effort,
        progress,
        loseInto(notRun, stage, what),
      )
      if (scenario.leavesSessions) await stage.clear()
      const throughput = []
      for (const row of rows) {
        const contender = row.contender as ContenderName
        const trips = scenario.isFirst
          ? noTrips
          : await stage.tripsOf(contender, scenario, row.sessionBytes, notRun)
        throughput.push({ ...row, ...trips })
      }
      return { throughput, notRun }
    },
  }
}

const loseInto =
  (lost: NotRun[], stage: Stage, during: string) => async (server: ServerProcess, error: unknown) => {
    const { contender } = server
    lost.push(await stage.lossOf(contender, during, error, storeOf(contender)))
  }

function planLatency(stage: Stage, { contenders, rates, effort, bytes }: BenchOptions): Step {
  const rounds = Math.min(effort.rounds, mostLatencyRounds)
  const sized = { ...effort, rounds, sessionBytes: bytes[0] }
  const samples = contenders.length * (1 + rounds * (rates.length + 3))
  return {
    what: 'latency',
    who: contenders[0] as string,
    others: contenders.slice(1),
    seconds: samples * sampleSeconds(effort.seconds),
    async run(tell) {
      const notRun: NotRun[] = []
      let taken = 0
      const servers = await stage.cast(contenders, sized.sessionBytes, 'latency', notRun)
      const progress = (what: string) => tell(what, taken++ / samples)
      const lose = loseInto(notRun, stage, 'latency')
      return { latency: await measureLatency(servers, rates, stage.loader, sized, progress, lose), notRun }
    },
  }
}
