import type { ContenderName } from './contenders.ts'
import type { Client, LoadProcess, LoadReport } from './load-process.ts'
import { spreadOf, type Throughput } from './results.ts'
import type { ServerProcess, Usage } from './server-process.ts'

export interface Scenario {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly isSignedIn: boolean
}

export const scenarios: readonly Scenario[] = [
  { name: 'read', method: 'GET', path: '/read', isSignedIn: true },
  { name: 'write', method: 'POST', path: '/write', isSignedIn: true },
  { name: 'anonymous', method: 'GET', path: '/read', isSignedIn: false },
]

export interface Effort {
  readonly rounds: number
  readonly seconds: number
  readonly concurrency: number
  readonly sessionBytes: number
}

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
  for (let round = 1; round <= effort.rounds; round++) {
    for (const server of servers) {
      progress(server.contender, round)
      const clients = () => prepareClients(scenario, server, loader, effort)
      await measure(scenario, server, loader, await clients(), effort.seconds / 4)
      samples.get(server)?.push(await measure(scenario, server, loader, await clients(), effort.seconds))
    }
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

/** Clients that have just signed in, one for each connection. */
async function prepareClients(
  { isSignedIn }: Scenario,
  { port }: ServerProcess,
  loader: LoadProcess,
  { concurrency, sessionBytes }: Effort,
): Promise<Client[][]> {
  if (!isSignedIn)
    return Array.from({ length: concurrency }, () => [{ cookie: null, user: null, counter: 0 }])
  const firstUser = nextUser
  nextUser += concurrency
  const fillerBytes = fillerBytesOf(sessionBytes)
  const clients = await loader.signIn({ port, count: concurrency, firstUser, fillerBytes, every: 1 })
  return clients.map(client => [client])
}

/** @throws {Error} if any answer is wrong: that is no data point */
export async function measure(
  { path, method }: Scenario,
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
