import { isDeepStrictEqual } from 'node:util'
import type { Reported } from '../html/reported.ts'
import type { Results } from '../results.ts'

/** Results of one run, or of several that were put together. */
export interface Published extends Reported {
  /** Of the runs after the first, whose rows follow its own. */
  readonly furtherRuns?: readonly Pick<Results, 'date' | 'options'>[]
}

const lists = ['throughput', 'latency', 'restart', 'theft', 'scale', 'sockets', 'resgate', 'notRun'] as const

/**
 * What one run measured, then what others did.
 *
 * @throws {Error} with a message for the user, if they are not of one machine and commit, or two have the same row
 */
export function putTogether([first, ...others]: readonly [Published, ...Published[]]): Published {
  if (others.length === 0) return first
  for (const { machine, commit } of others) {
    if (!isDeepStrictEqual(machine, first.machine))
      throw new Error('Only runs of one machine, system and Node.js can be published together.')
    if (commit !== first.commit)
      throw new Error(
        `Only runs of one commit can be published together: these are of ${first.commit} and ${commit}.`,
      )
  }
  const together: Published = {
    ...first,
    furtherRuns: others.map(({ date, options }) => ({ date, ...(options !== undefined && { options }) })),
    ...Object.fromEntries(
      lists.map(list => [list, [first, ...others].flatMap((results): readonly object[] => results[list])]),
    ),
  }
  for (const list of lists) if (list !== 'notRun') refuseTwice(together[list])
  return together
}

/** What tells a row from the others of its list. */
const names = [
  'contender',
  'scenario',
  'sessionBytes',
  'concurrency',
  'requestsPerSecond',
  'shareOfCapacity',
  'fault',
  'act',
  'sessions',
  'sockets',
] as const

function refuseTwice(rows: readonly { readonly contender: string }[]): void {
  const seen = new Set<string>()
  for (const row of rows) {
    const values = names.map(name => (row as Partial<Record<(typeof names)[number], unknown>>)[name])
    const name = values.filter(value => value !== undefined).join(', ')
    if (seen.has(name)) throw new Error(`Two of these runs have the row ${name}: publish each but once.`)
    seen.add(name)
  }
}
