import type { TreeUsage } from '../process-tree.ts'
import { Browser } from './browser.ts'
import type { LoadClient, OwnLoad, OwnLoadProcess } from './load-process.ts'
import type { OwnAppOptions } from './options.ts'
import type { Sample } from './sample.ts'

/** What is measured in turn. */
export interface Course {
  readonly contender: string
  readonly scenario: 'read' | 'anonymous'
  /** Of its first answer. */
  readonly status: number
  readonly load: Omit<OwnLoad, 'seconds' | 'keepsAlive' | 'clients'>
  /** With the cookies that they hold by now. */
  clients: readonly LoadClient[]
  /** Of its server; null: not known. */
  usage(): Promise<TreeUsage | null>
}

const longestSeconds = 30

/** Of each course, its rounds; null if a connection that was to stay open was closed. */
export async function measureRounds(
  courses: readonly Course[],
  loader: OwnLoadProcess,
  { rounds, seconds }: OwnAppOptions['effort'],
  keepsAlive: boolean,
  progress: (what: string) => void,
): Promise<Sample[][] | null> {
  const samples = courses.map((): Sample[] => [])
  for (let round = 1; round <= rounds; round++) {
    for (const [index, course] of courses.entries()) {
      progress(`${course.scenario} ${course.contender}, round ${round} of ${rounds}`)
      // Code that has hardly run is slow, that of bare Express as well.
      const warmUp = await measure(course, loader, round === 1 ? seconds : seconds / 4, keepsAlive)
      const sample = warmUp && (await measureUntilAnswered(course, loader, seconds, keepsAlive))
      if (sample === null) return null
      samples[index]?.push(sample)
    }
  }
  return samples
}

async function measure(
  course: Course,
  loader: OwnLoadProcess,
  seconds: number,
  keepsAlive: boolean,
): Promise<Sample | null> {
  const { place, headers } = course.load
  // Behind what the last load asked for and did not wait for.
  await new Browser(place, headers).visit(course.clients[0]?.path ?? '/')
  const before = await course.usage()
  const { wrong, clients, ...report } = await loader.load({
    ...course.load,
    keepsAlive,
    clients: course.clients,
    seconds,
  })
  const after = await course.usage()
  course.clients = clients
  if (keepsAlive && !report.keepsAlive) return null
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
  keepsAlive: boolean,
): Promise<Sample | null> {
  const sample = await measure(course, loader, seconds, keepsAlive)
  if (sample === null || sample.requests > 0) return sample
  if (seconds > longestSeconds) throw new Error(`nothing is answered in ${seconds} s`)
  return measureUntilAnswered(course, loader, 2 * seconds, keepsAlive)
}
