import type { ContenderName } from './contenders.ts'
import type { Client, LoadProcess, LoadReport } from './load-process.ts'
import { spreadOf, type Throughput } from './results.ts'
import { type ServerProcess, startServer, type Usage } from './server-process.ts'

export interface Scenario {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly isSignedIn: boolean
  /** Each request is the first of its client to a server that did not sign it in. Only where servers share sessions. */
  readonly isFirst?: boolean
}

export const scenarios: readonly Scenario[] = [
  { name: 'read', method: 'GET', path: '/read', isSignedIn: true },
  { name: 'write', method: 'POST', path: '/write', isSignedIn: true },
  { name: 'anonymous', method: 'GET', path: '/read', isSignedIn: false },
  { name: 'first-read', method: 'GET', path: '/read', isSignedIn: true, isFirst: true },
]

export interface Effort {
  readonly rounds: number
  readonly seconds: number
  readonly concurrency: number
  readonly sessionBytes: number
}

/** In `first-read`, that many clients for each second. */
const firstReadsPerSecond = 1000

const longestSeconds = 30

/** One contender in one round. */
interface Sample extends LoadReport {
  readonly rps: number
  readonly cpuMicros: number
  readonly rssBytes: number
  readonly credentialBytes: number
}

/**
 * Measures each contender once in each round, in turn, so that a noisy machine hits all alike, and relates each
 * to `none` in the same round. The first of `servers` is `none`.
 */
export async function measureThroughput(
  scenario: Scenario,
  servers: readonly ServerProcess[],
  loader: LoadProcess,
  effort: Effort,
  progress: (contender: ContenderName, round: number) => void,
): Promise<Omit<Throughput, 'storeRoundTrips'>[]> {
  const samples = new Map<ServerProcess, Sample[]>(servers.map(server => [server, []]))
  const beside = new Map<ServerProcess, ServerProcess>()
  try {
    if (scenario.isFirst) await startBeside(servers, beside, loader, effort)
    for (let round = 1; round <= effort.rounds; round++) {
      for (const server of servers) {
        progress(server.contender, round)
        const asked = beside.get(server) ?? server
        const run = async (seconds: number): Promise<Sample> => {
          const clients = await prepareClients(scenario, server, loader, effort, seconds)
          const sample = await measure(scenario, asked, loader, clients, seconds)
          if (sample.requests > 0) return sample
          // A machine that is held up may answer nothing in so short a time: that is no data point.
          if (seconds > longestSeconds) throw new Error(`${asked.contender} answers nothing in ${seconds} s`)
          return run(2 * seconds)
        }
        await run(effort.seconds / 4)
        samples.get(server)?.push(await run(effort.seconds))
      }
    }
  } finally {
    for (const second of beside.values()) await second.kill()
  }
  const baseline = samples.get(servers[0] as ServerProcess) as Sample[]
  return servers.map(server => ({
    contender: server.contender,
    scenario: scenario.name,
    sessionBytes: effort.sessionBytes,
    concurrency: effort.concurrency,
    rounds: effort.rounds,
    ...summarise(samples.get(server) as Sample[], baseline),
  }))
}

export const emptyBytes = '{"counter":0,"filler":""}'.length

/** What fills that up to so many bytes of session data. */
export const fillerBytesOf = (sessionBytes: number) => sessionBytes - emptyBytes

let nextUser = 1

/** Clients that have just signed in, one for each connection; where none may ask twice, as many as will be asked for. */
async function prepareClients(
  { isSignedIn, isFirst = false }: Scenario,
  { port }: ServerProcess,
  loader: LoadProcess,
  { concurrency, sessionBytes }: Effort,
  seconds: number,
): Promise<Client[][]> {
  if (!isSignedIn)
    return Array.from({ length: concurrency }, () => [{ cookie: null, user: null, counter: 0 }])
  const each = isFirst ? Math.ceil((seconds * firstReadsPerSecond) / concurrency) : 1
  const count = each * concurrency
  const firstUser = nextUser
  nextUser += count
  const fillerBytes = fillerBytesOf(sessionBytes)
  const clients = await loader.signIn({ port, count, firstUser, fillerBytes, every: 1 })
  return Array.from({ length: concurrency }, (_, connection) =>
    clients.slice(connection * each, (connection + 1) * each),
  )
}

/** Starts another server over the same store and secrets for each, and warms it by reading. */
async function startBeside(
  servers: readonly ServerProcess[],
  beside: Map<ServerProcess, ServerProcess>,
  loader: LoadProcess,
  effort: Effort,
): Promise<void> {
  const [read] = scenarios as [Scenario]
  for (const server of servers) {
    const second = await startServer(server.contender, { store: server.store })
    beside.set(server, second)
    const clients = await prepareClients(read, server, loader, effort, effort.seconds)
    await measure(read, second, loader, clients, effort.seconds)
  }
}

/** @throws {Error} if any answer is wrong: that is no data point */
export async function measure(
  { path, method, isFirst = false }: Scenario,
  { contender, port, usage }: ServerProcess,
  loader: LoadProcess,
  connections: readonly (readonly Client[])[],
  seconds: number,
): Promise<Sample> {
  const before = await usage()
  const report = await loader.load({
    port,
    path,
    method,
    seconds,
    isOnce: isFirst,
    connections,
    isOneUser: contender === 'none',
  })
  const after: Usage = await usage()
  if (report.wrong !== null) throw new Error(`${contender}, ${method} ${path}: ${report.wrong}`)
  return {
    ...report,
    rps: report.requests / report.seconds,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / report.requests,
    rssBytes: after.rssBytes,
    credentialBytes: Math.max(...connections.flat().map(({ cookie }) => cookie?.length ?? 0)),
  }
}

function summarise(samples: readonly Sample[], baseline: readonly Sample[]) {
  const spread = (value: (sample: Sample, none: Sample) => number) =>
    spreadOf(samples.map((sample, round) => value(sample, baseline[round] as Sample)))
  return {
    rps: spread(({ rps }) => rps),
    ratioToNone: spread(({ rps }, none) => rps / none.rps),
    cpuMicros: spread(({ cpuMicros }) => cpuMicros),
    overheadMicros: spread(({ cpuMicros }, none) => cpuMicros - none.cpuMicros),
    p50Ms: spread(({ p50Ms }) => p50Ms).median,
    p99Ms: spread(({ p99Ms }) => p99Ms).median,
    responseBytes: spread(({ responseBytes }) => responseBytes).median,
    credentialBytes: spread(({ credentialBytes }) => credentialBytes).max,
    rssBytes: spread(({ rssBytes }) => rssBytes).max,
    loaderBusy: spread(({ loaderBusy }) => loaderBusy).median,
  }
}
