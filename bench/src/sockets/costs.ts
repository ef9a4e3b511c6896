import { type Sockets, spreadOf } from '../results.ts'
import { canTap, tap } from '../round-trips.ts'
import { type Lose, prepareEach, rethrow, takeRounds } from '../rounds.ts'
import type { Effort } from '../throughput.ts'
import type { TimedReport } from '../timed-load.ts'
import { warmUp } from '../warm-up.ts'
import { WrongAnswer } from '../wrong-answer.ts'
import { kindOf, type SocketContenderName } from './contenders.ts'
import type { SocketLoad, SocketLoadProcess } from './load-process.ts'
import { type SocketServerProcess, startSocketServer } from './server-process.ts'

interface SocketEffort extends Pick<Effort, 'rounds' | 'seconds' | 'warmUp' | 'concurrency'> {
  /**
   * Open sockets, each signed in to a session of its own. Many, because clients present once a minute or so: a server
   * that remembers what came lately would have more to remember of few.
   */
  readonly sockets: number
}

/** One contender in one round. */
interface Sample {
  readonly resumed: TimedReport
  readonly cpuMicros: number
  readonly signIns: TimedReport
  readonly connects: TimedReport
}

type TimedAct = 'resume' | 'sign-in' | 'connect'

const tripsCounted = 50
const firstShare = 0.25

/**
 * Opens sockets to all, then measures each contender once in each round, in turn, and relates it to `none`, the first of
 * `servers`, in the same round. Of a contender that is lost, as by a wrong answer, there is no row.
 */
export async function measureSockets(
  servers: readonly SocketServerProcess[],
  loader: SocketLoadProcess,
  effort: SocketEffort,
  progress: (contender: SocketContenderName, round: number) => void,
  lose: Lose<SocketServerProcess> = rethrow,
): Promise<Omit<Sockets, 'storeRoundTrips'>[]> {
  const filled = async (server: SocketServerProcess) => {
    progress(server.contender, 0)
    const bytes = await fill(server, loader, effort.sockets)
    const ask = async (seconds: number) => (await loadFor('resume', seconds, server, loader, effort)).done
    await warmUp(server, effort.warmUp / 4, ask)
    return bytes
  }
  const bytes = await prepareEach(servers, filled, lose)
  const measured = (server: SocketServerProcess, round: number) => {
    progress(server.contender, round)
    return measure(server, loader, effort)
  }
  const samples = await takeRounds([...bytes.keys()], effort.rounds, measured, lose)
  for (const { port } of bytes.keys()) await loader.load({ do: 'close', port })
  const baseline = samples.get(servers[0] as SocketServerProcess) as Sample[]
  return [...samples].map(([server, taken]) => ({
    contender: server.contender,
    sockets: effort.sockets,
    concurrency: effort.concurrency,
    rounds: effort.rounds,
    rssBytesPerSocket: bytes.get(server) as number,
    ...summarise(taken, baseline),
  }))
}

async function measure(
  server: SocketServerProcess,
  loader: SocketLoadProcess,
  effort: SocketEffort,
): Promise<Sample> {
  const load = (what: TimedAct, share: number) =>
    loadFor(what, effort.seconds * share, server, loader, effort)
  const before = await server.usage()
  const resumed = await load('resume', 1)
  const after = await server.usage()
  return {
    resumed,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / resumed.done,
    signIns: await load('sign-in', 1 / 2),
    connects: await load('connect', 1 / 2),
  }
}

const loadFor = (
  what: TimedAct,
  seconds: number,
  server: SocketServerProcess,
  loader: SocketLoadProcess,
  { concurrency }: SocketEffort,
) => loadServer(server, loader, { do: what, port: server.port, seconds, concurrency })

async function loadServer(
  { contender, usage }: SocketServerProcess,
  loader: SocketLoadProcess,
  load: SocketLoad,
): Promise<TimedReport> {
  try {
    return await loader.load(load)
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error
    await usage() // throws if it has ended, which is no wrong answer
    throw new WrongAnswer(`${contender}, ${error.message}`)
  }
}

const open = (server: SocketServerProcess, loader: SocketLoadProcess, count: number) =>
  loadServer(server, loader, {
    do: 'open',
    port: server.port,
    hasAttempts: kindOf(server.contender).client === 'ours',
    count,
  })

function summarise(samples: readonly Sample[], baseline: readonly Sample[]) {
  const spread = (value: (sample: Sample, none: Sample) => number) =>
    spreadOf(samples.map((sample, round) => value(sample, baseline[round] as Sample)))
  const rate = ({ done, seconds }: TimedReport) => done / seconds
  return {
    resumesPerSecond: spread(({ resumed }) => rate(resumed)),
    ratioToNone: spread(({ resumed }, none) => rate(resumed) / rate(none.resumed)),
    cpuMicros: spread(({ cpuMicros }) => cpuMicros),
    overheadMicros: spread(({ cpuMicros }, none) => cpuMicros - none.cpuMicros),
    p50Ms: spread(({ resumed }) => resumed.p50Ms).median,
    p99Ms: spread(({ resumed }) => resumed.p99Ms).median,
    signInsPerSecond: spread(({ signIns }) => rate(signIns)),
    connectP50Ms: spread(({ connects }) => connects.p50Ms).median,
    connectP99Ms: spread(({ connects }) => connects.p99Ms).median,
    loaderBusy: spread(({ resumed }) => resumed.loaderBusy).median,
  }
}

/** Opens so many, and says what memory each took: RSS at rest, of those after the first, for which the server itself grew. */
async function fill(server: SocketServerProcess, loader: SocketLoadProcess, count: number): Promise<number> {
  const first = Math.floor(count * firstShare)
  await open(server, loader, first)
  const before = await server.usageAtRest()
  await open(server, loader, count - first)
  const after = await server.usageAtRest()
  return (after.rssBytes - before.rssBytes) / (count - first)
}

/** How often a server speaks to its store for one resume: counted on the wire between them. Null where there is none. */
export async function countSocketRoundTrips(
  contender: SocketContenderName,
  address: string,
  loader: SocketLoadProcess,
): Promise<number | null> {
  if (kindOf(contender).store !== 'redis' || !canTap(address)) return null
  await using wire = await tap(address)
  const server = await startSocketServer(contender, { store: wire.address })
  const { port } = server
  try {
    await open(server, loader, 1)
    const before = wire.messages()
    let resumes = 0
    while (resumes < tripsCounted) {
      resumes += (await loader.load({ do: 'resume', port, seconds: 0.01, concurrency: 1 })).done
    }
    const trips = (wire.messages() - before) / resumes
    await loader.load({ do: 'close', port })
    return trips
  } finally {
    await server.kill()
  }
}
