import { type ContenderName, isShared, storeOf } from './contenders.ts'
import { type FaultName, faultNames, faults } from './faults.ts'
import { measureLatency } from './latency.ts'
import type { BenchOptions } from './options.ts'
import { measureRestart } from './restart.ts'
import type { NotRun } from './results.ts'
import { measureScale } from './scale.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import type { ServerProcess } from './server-process.ts'
import type { Stage } from './stage.ts'
import type { Step } from './step.ts'
import { StorePlaces } from './store-server.ts'
import { hasStore, measureStoreTheft } from './store-theft.ts'
import { count } from './table.ts'
import { measureTheft } from './theft.ts'
import { type Effort, measureThroughput } from './throughput.ts'

/** A sample takes so much longer than it lasts: clients sign in, and an end is waited for. */
const sampleSeconds = (seconds: number) => seconds + 0.1
const warmUpsPerSecond = 10_000
const faultSeconds = { server: 1, store: 4 }
const theftSeconds = 5
/** There are several rates in each, and percentiles vary less than costs. */
const mostLatencyRounds = 3
const mostScaleRounds = 5
/** So many sign in each second. */
const signInsPerSecond = 5000

/** What is asked of clients that speak HTTP. */
export function planHttp(options: BenchOptions, stage: Stage): Step[] {
  const { contenders, measurements, effort, bytes, connections } = options
  if (contenders.length === 0) return []
  const stateful = contenders.filter(name => name !== 'none')
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
    ...faultNames
      .filter(fault => measurements.includes(fault))
      .flatMap(fault =>
        stateful
          .filter(contender => faults[fault].canStrike(contender))
          .map(contender => planFault(stage, fault, contender, options.clients)),
      ),
    ...(measurements.includes('theft') ? stateful.flatMap(contender => planTheft(stage, contender)) : []),
  ]
}

/** How their cost grows with the number of sessions. */
export function planGrowth(options: BenchOptions, stage: Stage): Step[] {
  if (!options.measurements.includes('scale')) return []
  return options.contenders
    .filter(name => name !== 'none')
    .map(contender => planScale(stage, contender, options))
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
        const trips = await stage.tripsOf(row.contender as ContenderName, notRun)
        throughput.push({ ...row, storeRoundTrips: trips?.get(row.scenario) ?? null })
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

function planFault(stage: Stage, fault: FaultName, contender: ContenderName, clients: number): Step {
  return {
    what: fault,
    who: contender,
    store: storeOf(contender),
    seconds: faultSeconds[faults[fault].of] + clients / 1000,
    run: async () => ({ restart: [await measureRestart(contender, fault, clients, stage.places)] }),
  }
}

function planTheft(stage: Stage, contender: ContenderName): Step[] {
  const ofCookie: Step = {
    what: 'theft',
    who: contender,
    store: storeOf(contender),
    seconds: theftSeconds,
    async run() {
      const notRun: NotRun[] = []
      const server = await stage.server(contender, notRun)
      return { theft: server === null ? [] : await measureTheft(server), notRun }
    },
  }
  const ofStore: Step = {
    what: 'theft, a copy of the store',
    who: contender,
    seconds: 2,
    run: async () => ({ theft: [await measureStoreTheft(contender)] }),
  }
  return hasStore(contender) ? [ofCookie, ofStore] : [ofCookie]
}

function planScale(stage: Stage, contender: ContenderName, { sizes, effort, bytes }: BenchOptions): Step {
  const rounds = Math.min(effort.rounds, mostScaleRounds)
  const sized = { ...effort, rounds, sessionBytes: bytes[0] }
  const sessions = sizes.reduce((sum, size) => sum + size, 0)
  const seconds = sessions / signInsPerSecond + 2 * sizes.length * rounds * sampleSeconds(effort.seconds)
  return {
    what: 'scale',
    who: contender,
    seconds,
    async run(tell) {
      const notRun: NotRun[] = []
      const cast = await stage.cast(['none', contender], sized.sessionBytes, 'scale', notRun)
      const [none] = cast as [ServerProcess]
      if (notRun.length > 0) return { notRun }
      // A store of its own, which is gone with all its sessions afterwards.
      await using places = new StorePlaces()
      const lose = async (error: unknown, sessions: number) => {
        const loss = await stage.lossOf(contender, `scale, ${count(sessions)} sessions`, error, null)
        notRun.push(loss)
      }
      const scale = await measureScale(contender, places, sizes, none, stage.loader, sized, tell, lose)
      return { scale, notRun }
    },
  }
}
