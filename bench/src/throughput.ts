import { emptyBytes, fillerBytesOf, prepareClients } from './clients.ts'
import type { ContenderName } from './contenders.ts'
import type { Client, LoadProcess, LoadReport } from './load-process.ts'
import { spreadOf, type Throughput } from './results.ts'
import type { Trips } from './round-trips.ts'
import { type Lose, prepareEach, rethrow, takeRounds } from './rounds.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { type ServerProcess, startServer, type Usage } from './server-process.ts'
import { warmUp } from './warm-up.ts'
import { WrongAnswer } from './wrong-answer.ts'

export { type Scenario, scenarios } from './scenarios.ts'

export interface Effort {
  readonly rounds: number
  readonly seconds: number
  /** Requests that a server answers first, which are not measured. */
  readonly warmUp: number
  readonly concurrency: number
  readonly sessionBytes: number
}

const longestSeconds = 30

/** One contender in one round. */
interface Sample extends LoadReport {
  readonly rps: number
  readonly cpuMicros: number
  /** That came to the server. */
  readonly handled: number
  /** For all of them. */
  readonly storeMicros: number | null
  readonly rssBytes: number
  readonly credentialBytes: number
}

/**
 * Measures each contender once in each round, in turn, and relates each to `none` in the same round. The first of
 * `servers` is `none`. Of a contender that is lost there is no row.
 */
export async function measureThroughput(
  scenario: Scenario,
  servers: readonly ServerProcess[],
  loader: LoadProcess,
  effort: Effort,
  progress: (contender: ContenderName, round: number) => void,
  lose: Lose<ServerProcess> = rethrow,
): Promise<Omit<Throughput, keyof Trips>[]> {
  const beside = new Map<ServerProcess, ServerProcess>()
  try {
    const run = async (server: ServerProcess, seconds: number): Promise<Sample> => {
      const asked = beside.get(server) ?? server
      const clients = await prepareClients(scenario, server, loader, effort, seconds)
      const sample = await measure(scenario, asked, loader, clients, seconds, effort.sessionBytes)
      if (sample.requests > 0) return sample
      // A machine that is held up may answer nothing in so short a time: that is no data point.
      if (seconds > longestSeconds) throw new Error(`${asked.contender} answers nothing in ${seconds} s`)
      return run(server, 2 * seconds)
    }
    const prepare = async (server: ServerProcess) => {
      progress(server.contender, 0)
      if (scenario.isFirst) await startBeside(server, beside, loader, effort)
      const ask = async (seconds: number) => (await run(server, seconds)).requests
      await warmUp(beside.get(server) ?? server, effort.warmUp, ask)
    }
    const able = await prepareEach(servers, prepare, lose)
    const samples = await takeRounds(
      [...able.keys()],
      effort.rounds,
      (server, round) => {
        progress(server.contender, round)
        return run(server, effort.seconds)
      },
      lose,
    )
    const baseline = samples.get(servers[0] as ServerProcess) as Sample[]
    return [...samples].map(([{ contender }, taken]) => ({
      contender,
      scenario: scenario.name,
      sessionBytes: effort.sessionBytes,
      concurrency: effort.concurrency,
      rounds: effort.rounds,
      ...summarise(taken, baseline),
    }))
  } finally {
    for (const second of beside.values()) await second.kill()
  }
}

/** Another server over the same store and secrets, warmed by reading. */
async function startBeside(
  server: ServerProcess,
  beside: Map<ServerProcess, ServerProcess>,
  loader: LoadProcess,
  effort: Effort,
): Promise<void> {
  const { contender, store, storePids } = server
  const second = await startServer(contender, { store, storePids })
  beside.set(server, second)
  await warmUpByReading(second, loader, effort)
}

export async function warmUpByReading(
  server: ServerProcess,
  loader: LoadProcess,
  effort: Pick<Effort, 'concurrency' | 'sessionBytes' | 'warmUp'>,
): Promise<void> {
  const [read] = scenarios as [Scenario]
  const clients = await prepareClients(read, server, loader, effort, 0)
  const ask = async (seconds: number) => (await measure(read, server, loader, clients, seconds)).requests
  await warmUp(server, effort.warmUp, ask)
}

/** @throws {WrongAnswer} if any answer is wrong: that is no data point */
export async function measure(
  { name, requests, isFirst = false }: Scenario,
  { contender, port, usage }: ServerProcess,
  loader: LoadProcess,
  connections: readonly (readonly Client[])[],
  seconds: number,
  sessionBytes = emptyBytes,
): Promise<Sample> {
  const usages: Usage[] = []
  const report = await loader.load(
    {
      port,
      requests,
      fillerBytes: fillerBytesOf(sessionBytes),
      seconds,
      isOnce: isFirst,
      connections,
      isOneUser: contender === 'none',
    },
    // A server that has ended throws here: what its clients met is no wrong answer.
    async () => void usages.push(await usage()),
  )
  const [before, after] = usages as [Usage, Usage]
  if (report.wrong !== null) throw new WrongAnswer(`${contender}, ${name}: ${report.wrong}`)
  const handled = after.requests - before.requests
  return {
    ...report,
    rps: report.requests / report.seconds,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / handled,
    handled,
    storeMicros:
      after.storeCpuMicros === null || before.storeCpuMicros === null
        ? null
        : after.storeCpuMicros - before.storeCpuMicros,
    rssBytes: after.rssBytes,
    credentialBytes: Math.max(...connections.flat().map(({ cookie }) => cookie?.length ?? 0)),
  }
}

function summarise(samples: readonly Sample[], baseline: readonly Sample[]) {
  const spread = (value: (sample: Sample, none: Sample) => number) =>
    spreadOf(samples.map((sample, round) => value(sample, baseline[round] as Sample)))
  const overheads = samples.map(({ cpuMicros }, round) => cpuMicros - (baseline[round] as Sample).cpuMicros)
  const half = Math.floor(overheads.length / 2)
  const halves = [overheads.slice(0, half), overheads.slice(half)].map(part => spreadOf(part).median)
  return {
    rps: spread(({ rps }) => rps),
    ratioToNone: spread(({ rps }, none) => rps / none.rps),
    cpuMicros: spread(({ cpuMicros }) => cpuMicros),
    overheadMicros: spreadOf(overheads),
    storeCpuMicros: storeCpuOf(samples),
    ...(half === 0 ? {} : { overheadHalves: halves as [number, number] }),
    p50Ms: spread(({ p50Ms }) => p50Ms).median,
    p99Ms: spread(({ p99Ms }) => p99Ms).median,
    responseBytes: spread(({ responseBytes }) => responseBytes).median,
    credentialBytes: spread(({ credentialBytes }) => credentialBytes).max,
    rssBytes: spread(({ rssBytes }) => rssBytes).max,
    loaderBusy: spread(({ loaderBusy }) => loaderBusy).median,
  }
}

/** Of all rounds together: the kernel counts in ticks, which are long beside one. */
function storeCpuOf(samples: readonly Sample[]): number | null {
  const sum = (of: (sample: Sample) => number) => samples.map(of).reduce((total, value) => total + value)
  const isKnown = samples.every(({ storeMicros }) => storeMicros !== null)
  return isKnown ? sum(({ storeMicros }) => Number(storeMicros)) / sum(({ handled }) => handled) : null
}
