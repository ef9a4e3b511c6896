import { prepareClients } from './clients.ts'
import type { LoadProcess, PacedReport } from './load-process.ts'
import { type Latency, spreadOf } from './results.ts'
import { type Lose, prepareEach, rethrow, takeRounds } from './rounds.ts'
import type { ServerProcess } from './server-process.ts'
import { type Effort, measure, type Scenario, scenarios, warmUpByReading } from './throughput.ts'
import { WrongAnswer } from './wrong-answer.ts'

/** Of what a contender answers at its best. */
const shares = [0.25, 0.5, 0.75]
/** A rate above this share is none that it can keep up: how late an answer is would only tell how long was measured. */
const mostShare = 0.9
/** An answer in a hundred of a shorter time would be a matter of luck. */
const leastRequests = 500
const leastSeconds = 0.5

export interface Pace {
  readonly requestsPerSecond: number
  readonly shareOfCapacity?: number
}

/** What each can answer at its best is measured first, then each at each rate in each round. */
export async function measureLatency(
  servers: readonly ServerProcess[],
  rates: readonly number[],
  loader: LoadProcess,
  effort: Effort,
  progress: (what: string) => void,
  lose: Lose<ServerProcess> = rethrow,
): Promise<Latency[]> {
  const [read] = scenarios as [Scenario]
  const sized = { ...effort, seconds: Math.max(effort.seconds, leastSeconds) }
  const paces = await prepareEach(
    servers,
    async server => {
      progress(`${server.contender}, at its best`)
      await warmUpByReading(server, loader, effort)
      const clients = await prepareClients(read, server, loader, effort, effort.seconds)
      return pacesOf((await measure(read, server, loader, clients, effort.seconds)).rps, rates)
    },
    lose,
  )
  const samples = await takeRounds(
    [...paces.keys()],
    effort.rounds,
    async (server, round) => {
      const reports = new Map<Pace, PacedReport>()
      for (const pace of paces.get(server) ?? []) {
        progress(`${server.contender} at ${pace.requestsPerSecond}/s, round ${round} of ${effort.rounds}`)
        reports.set(pace, await measurePaced(server, pace.requestsPerSecond, loader, sized))
      }
      return reports
    },
    lose,
  )
  return [...samples].flatMap(([{ contender }, rounds]) =>
    (paces.get(servers.find(server => server.contender === contender) as ServerProcess) ?? []).map(pace => ({
      contender,
      scenario: read.name,
      sessionBytes: effort.sessionBytes,
      connections: effort.concurrency,
      ...pace,
      rounds: effort.rounds,
      ...summarise(rounds.map(reports => reports.get(pace) as PacedReport)),
    })),
  )
}

/** The rates that it can keep up: those that are the same for all, and shares of what it answers at its best. */
export function pacesOf(capacity: number, rates: readonly number[]): Pace[] {
  const own = shares.map(share => ({
    requestsPerSecond: Math.round(capacity * share),
    shareOfCapacity: share,
  }))
  const common = rates
    .filter(rate => rate <= mostShare * capacity)
    .map(requestsPerSecond => ({ requestsPerSecond }))
  return [...common, ...own].toSorted((a, b) => a.requestsPerSecond - b.requestsPerSecond)
}

/** @throws {WrongAnswer} if any answer is wrong, or there is none */
export async function measurePaced(
  server: ServerProcess,
  requestsPerSecond: number,
  loader: LoadProcess,
  effort: Pick<Effort, 'concurrency' | 'sessionBytes' | 'seconds'>,
): Promise<PacedReport> {
  const [read] = scenarios as [Scenario]
  const { contender, port, usage } = server
  const clients = await prepareClients(read, server, loader, effort, 0)
  const seconds = Math.max(effort.seconds, leastRequests / requestsPerSecond)
  const report = await loader.pace({
    port,
    requestsPerSecond,
    seconds,
    clients: clients.flat(),
    isOneUser: contender === 'none',
  })
  await usage() // throws if it has ended
  if (report.wrong !== null)
    throw new WrongAnswer(`${contender}, at ${requestsPerSecond} requests/s: ${report.wrong}`)
  return report
}

function summarise(reports: readonly PacedReport[]) {
  const spread = (value: (report: PacedReport) => number) => spreadOf(reports.map(value))
  return {
    p50Ms: spread(({ p50Ms }) => p50Ms).median,
    p90Ms: spread(({ p90Ms }) => p90Ms).median,
    p99Ms: spread(({ p99Ms }) => p99Ms).median,
    p999Ms: spread(({ p999Ms }) => p999Ms).median,
    maxMs: spread(({ maxMs }) => maxMs).max,
    loaderBusy: spread(({ loaderBusy }) => loaderBusy).median,
  }
}
