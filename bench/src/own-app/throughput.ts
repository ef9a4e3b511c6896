import { nobody } from '../nobody.ts'
import { readTree } from '../process-tree.ts'
import { startServer } from '../server-process.ts'
import type { Application, Client } from './application.ts'
import { type LoadClient, startOwnLoadProcess } from './load-process.ts'
import type { OwnAppOptions } from './options.ts'
import type { OwnThroughput } from './results.ts'
import { type Course, measureRounds } from './rounds.ts'
import { type Sample, summarise } from './sample.ts'

export interface Target {
  readonly application: Application
  readonly keepsAlive: boolean
  /** What `--page` is answered with, and `--anonymous` to a stranger. */
  readonly statuses: Readonly<Record<'read' | 'anonymous', number>>
}

/**
 * Measures bare Express, the page of signed-in clients and the anonymous page in turn, round by round, and relates
 * each to bare Express in the same round. If the application closes a connection, all is measured anew, each request on
 * a connection of its own.
 *
 * @throws {Error} if any answer is wrong: that is no data point
 */
export async function measureThroughput(
  target: Target,
  clients: readonly Client[],
  { effort, pid }: Pick<OwnAppOptions, 'effort' | 'pid'>,
  progress: (what: string) => void,
): Promise<OwnThroughput[]> {
  const { rounds, connections } = effort
  await using ends = new AsyncDisposableStack()
  const loader = ends.adopt(startOwnLoadProcess(), ({ kill }) => kill())
  const none = ends.adopt(await startServer('none'), ({ kill }) => kill())

  const { application, statuses } = target
  const { place, ways } = application
  const own = {
    contender: place.name,
    usage: async () => (pid === null ? null : readTree(pid)),
    load: { place, headers: ways.headers, expected: ways.expectation.text },
  }
  const as = (client: LoadClient) => Array<LoadClient>(connections).fill(client)
  const courses: Course[] = [
    {
      contender: none.contender,
      scenario: 'read',
      status: 200,
      usage: none.usage,
      load: loadOf(none.port),
      clients: as({ number: 1, path: '/read', cookies: [] }),
    },
    {
      ...own,
      scenario: 'read',
      status: statuses.read,
      clients: clients.map(({ number, path, browser }) => ({ number, path, cookies: browser.jar.cookies })),
    },
    {
      ...own,
      scenario: 'anonymous',
      status: statuses.anonymous,
      clients: as({ number: null, path: ways.anonymous, cookies: [] }),
    },
  ]
  const measureAll = (keepsAlive: boolean) => measureRounds(courses, loader, effort, keepsAlive, progress)
  const samples = (target.keepsAlive && (await measureAll(true))) || (await measureAll(false)) || []
  return courses.map(({ contender, scenario, status }, index) => ({
    contender,
    scenario,
    status,
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
    expected: `"${nobody}"`,
  }
}
