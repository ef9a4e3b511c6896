import { nobody } from '../nobody.ts'
import { spreadOf } from '../results.ts'
import { startServer } from '../server-process.ts'
import type { Application, Client } from './application.ts'
import { Browser } from './browser.ts'
import {
  type LoadClient,
  type OwnLoad,
  type OwnLoadProcess,
  type OwnLoadReport,
  startOwnLoadProcess,
} from './load-process.ts'
import type { OwnAppOptions } from './options.ts'
import { readTree, type TreeUsage } from './process-tree.ts'
import type { OwnThroughput } from './results.ts'

export interface Target {
  readonly application: Application
  /** Where `--page` leads to. */
  readonly path: string
  readonly keepsAlive: boolean
}

/** A page in one round. */
interface Sample extends Omit<OwnLoadReport, 'wrong' | 'clients'> {
  readonly rps: number
  readonly cpuMicros: number | null
  readonly rssBytes: number | null
}

/** What is measured in turn. */
interface Course {
  readonly contender: string
  readonly scenario: 'read' | 'anonymous'
  readonly load: Omit<OwnLoad, 'seconds' | 'clients'>
  /** With the cookies that they hold by now. */
  clients: readonly LoadClient[]
  /** Of its server; null: not known. */
  usage(): Promise<TreeUsage | null>
}

const longestSeconds = 30

/**
 * Measures bare Express, the page of signed-in clients and the anonymous page in turn, round by round, and relates
 * each to bare Express in the same round.
 *
 * @throws {Error} if any answer is wrong: that is no data point
 */
export async function measureThroughput(
  target: Target,
  clients: readonly Client[],
  { effort, pid }: Pick<OwnAppOptions, 'effort' | 'pid'>,
  progress: (what: string) => void,
): Promise<OwnThroughput[]> {
  const { rounds, seconds, connections } = effort
  await using ends = new AsyncDisposableStack()
  const loader = ends.adopt(startOwnLoadProcess(), ({ kill }) => kill())
  const none = ends.adopt(await startServer('none'), ({ kill }) => kill())

  const { application, keepsAlive } = target
  const { place, ways } = application
  const signedIn = clients.map(({ number, browser }) => ({ number, cookies: browser.jar.cookies }))
  const own = {
    contender: place.name,
    usage: async () => (pid === null ? null : readTree(pid)),
    load: { place, headers: ways.headers, path: target.path, expected: ways.expectation.text, keepsAlive },
  }
  const as = (client: LoadClient) => Array<LoadClient>(connections).fill(client)
  const courses: Course[] = [
    {
      contender: none.contender,
      scenario: 'read',
      usage: none.usage,
      load: loadOf(none.port),
      clients: as({ number: 1, cookies: [] }),
    },
    { ...own, scenario: 'read', clients: signedIn },
    {
      ...own,
      scenario: 'anonymous',
      load: { ...own.load, path: ways.anonymous },
      clients: as({ number: null, cookies: [] }),
    },
  ]
  const samples = courses.map((): Sample[] => [])
  for (let round = 1; round <= rounds; round++) {
    for (const [index, course] of courses.entries()) {
      progress(`${course.scenario} ${course.contender}, round ${round} of ${rounds}`)
      await measure(course, loader, seconds / 4)
      samples[index]?.push(await measureUntilAnswered(course, loader, seconds))
    }
  }
  return courses.map(({ contender, scenario }, index) => ({
    contender,
    scenario,
    sessionBytes: null,
    concurrency: connections,
    rounds,
    storeRoundTrips: null,
    ...summarise(samples[index] as Sample[], samples[0] as Sample[]),
  }))
}

/** Of the benchmark's `none`, which takes everybody for the same user. */
function loadOf(port: number): Course['load'] {
  const address = '127.0.0.1'
  const name = `${address}:${port}`
  return {
    place: { origin: `http://${name}`, name, address, port, isLoopback: true },
    headers: {},
    path: '/read',
    expected: `"${nobody}"`,
    keepsAlive: true,
  }
}

async function measure(course: Course, loader: OwnLoadProcess, seconds: number): Promise<Sample> {
  const { place, headers, path } = course.load
  await new Browser(place, headers).visit(path) // behind what the last load asked for and did not wait for
  const before = await course.usage()
  const { wrong, clients, ...report } = await loader.load({
    ...course.load,
    clients: course.clients,
    seconds,
  })
  const after = await course.usage()
  course.clients = clients
  const { requests } = report
  if (wrong.answers > 0)
    throw new Error(
      `${wrong.answers} of ${requests} answers were wrong, ${wrong.otherUser} of them with the page of another ` +
        `user; the first: ${wrong.first}.`,
    )
  return {
    ...report,
    rps: requests / report.seconds,
    cpuMicros: before && after && (after.cpuMicros - before.cpuMicros) / requests,
    rssBytes: after?.rssBytes ?? null,
  }
}

/** A slow application may answer nothing in so short a time: that is no data point. */
async function measureUntilAnswered(
  course: Course,
  loader: OwnLoadProcess,
  seconds: number,
): Promise<Sample> {
  const sample = await measure(course, loader, seconds)
  if (sample.requests > 0) return sample
  if (seconds > longestSeconds) throw new Error(`nothing is answered in ${seconds} s`)
  return measureUntilAnswered(course, loader, 2 * seconds)
}

function summarise(samples: readonly Sample[], baseline: readonly Sample[]) {
  const spread = (value: (sample: Sample, none: Sample) => number) =>
    spreadOf(samples.map((sample, round) => value(sample, baseline[round] as Sample)))
  const hasCpu = samples.every(({ cpuMicros }) => cpuMicros !== null)
  const cpu = ({ cpuMicros }: Sample) => cpuMicros ?? 0
  return {
    rps: spread(({ rps }) => rps),
    ratioToNone: spread(({ rps }, none) => rps / none.rps),
    cpuMicros: hasCpu ? spread(cpu) : null,
    overheadMicros: hasCpu ? spread((sample, none) => cpu(sample) - cpu(none)) : null,
    p50Ms: spread(({ p50Ms }) => p50Ms).median,
    p99Ms: spread(({ p99Ms }) => p99Ms).median,
    responseBytes: spread(({ responseBytes }) => responseBytes).median,
    credentialBytes: spread(({ credentialBytes }) => credentialBytes).max,
    rssBytes: hasCpu ? spread(({ rssBytes }) => rssBytes ?? 0).max : null,
    loaderBusy: spread(({ loaderBusy }) => loaderBusy).median,
  }
}
