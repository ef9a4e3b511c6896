import { type Sockets, spreadOf } from '../results.ts'
import { canTap, tap } from '../round-trips.ts'
import type { Effort } from '../throughput.ts'
import type { TimedReport } from '../timed-load.ts'
import { kindOf, type SocketContenderName } from './contenders.ts'
import type { SocketLoad, SocketLoadProcess } from './load-process.ts'
import { type SocketServerProcess, startSocketServer } from './server-process.ts'

interface SocketEffort extends Pick<Effort, 'rounds' | 'seconds' | 'concurrency'> {
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

const tripsCounted = 50
const firstShare = 0.25

/**
 * Opens sockets to all, then measures each contender once in each round, in turn, and relates it to `none`, the first of `servers`, in the same
 * round.
 *
 * @throws {Error} if any answer is wrong
 */
export async function measureSockets(
  servers: readonly SocketServerProcess[],
  loader: SocketLoadProcess,
  effort: SocketEffort,
  progress: (contender: SocketContenderName, round: number) => void,
): Promise<Omit<Sockets, 'storeRoundTrips'>[]> {
  const samples = new Map<SocketServerProcess, Sample[]>(servers.map(server => [server, []]))
  const bytes = new Map<SocketServerProcess, number>()
  for (const server of servers) {
    progress(server.contender, 0)
    bytes.set(server, await fill(server, loader, effort.sockets))
  }
  for (let round = 1; round <= effort.rounds; round++) {
    for (const server of servers) {
      progress(server.contender, round)
      samples.get(server)?.push(await measure(server, loader, effort))
    }
  }
  for (const { port } of servers) await loader.load({ do: 'close', port })
  const baseline = samples.get(servers[0] as SocketServerProcess) as Sample[]
  return servers.map(server => ({
    contender: server.contender,
    sockets: effort.sockets,
    concurrency: effort.concurrency,
    rounds: effort.rounds,
    rssBytesPerSocket: bytes.get(server) as number,
    ...summarise(samples.get(server) as Sample[], baseline),
  }))
}

/** Half the time for resumes, the rest for sign-ins and connections. */
async function measure(
  server: SocketServerProcess,
  loader: SocketLoadProcess,
  { seconds, concurrency }: SocketEffort,
): Promise<Sample> {
  const load = (what: 'resume' | 'sign-in' | 'connect', share: number) =>
    loadServer(server, loader, { do: what, port: server.port, seconds: seconds * share, concurrency })
  await load('resume', 1 / 8)
  const before = await server.usage()
  const resumed = await load('resume', 1 / 2)
  const after = await server.usage()
  return {
    resumed,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / resumed.done,
    signIns: await load('sign-in', 1 / 4),
    connects: await load('connect', 1 / 4),
  }
}

async function loadServer(
  { contender }: SocketServerProcess,
  loader: SocketLoadProcess,
  load: SocketLoad,
): Promise<TimedReport> {
  try {
    return await loader.load(load)
  } catch (error) {
    throw new Error(`${contender}, ${(error as Error).message}`)
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
