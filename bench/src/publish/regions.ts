import { unrestIn } from '../compare/unrest.ts'
import { count } from '../table.ts'
import { describeNotRun, writeOthers, writeScenario, writeSizes } from './costs.ts'
import { writeResgate, writeSockets } from './elsewhere.ts'
import { writeFaults, writeResgateFaults, writeSocketFaults } from './faults.ts'
import { writeConnections, writeGrowth, writeLatency } from './growth.ts'
import { writeInShort } from './in-short.ts'
import { blocks, bullets } from './markdown.ts'
import { writeSocketThefts, writeThefts } from './thefts.ts'
import type { Published } from './together.ts'
import { writeTraits } from './traits.ts'

/** What the generated regions are made of. */
export interface Source {
  readonly results: Published
  /** The name of their file, in `bench/results`. */
  readonly file: string
}

/** By its name, what stands in a region: nothing, if that was not measured. */
type Regions = Readonly<Record<string, (source: Source) => string | Promise<string>>>

/** By the path of the document. */
export const documents: Readonly<Record<string, Regions>> = {
  'docs/comparison.md': {
    'in-short': ({ results }) => writeInShort(results),
    read: ({ results }) => writeScenario(results, 'read'),
    write: ({ results }) => writeScenario(results, 'write'),
    others: ({ results }) => writeOthers(results),
    latency: ({ results }) => writeLatency(results),
    connections: ({ results }) => writeConnections(results),
    sizes: ({ results }) => writeSizes(results),
    'server-faults': ({ results }) => writeFaults(results, 'server'),
    'store-faults': ({ results }) => writeFaults(results, 'store'),
    theft: ({ results }) => writeThefts(results),
    growth: ({ results }) => writeGrowth(results),
    traits: writeTraits,
    sockets: ({ results }) => writeSockets(results),
    'socket-faults': ({ results }) => writeSocketFaults(results),
    'socket-theft': ({ results }) => writeSocketThefts(results),
    resgate: ({ results }) => writeResgate(results),
    'resgate-faults': ({ results }) => writeResgateFaults(results),
    run: describeRun,
  },
  'README.md': {
    'in-short': ({ results }) => writeInShort(results),
  },
}

function describeRun({ results, file }: Source): string {
  const { commit, date, machine, options, notRun, furtherRuns = [] } = results
  const asked = options ? `, \`${options}\`` : ''
  const changed = commit.endsWith('+') ? ' and changes that are not in it' : ''
  const unrest = unrestIn(results, results, true).worst
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GB`
  return blocks(
    `Commit \`${commit.replace('+', '')}\`${changed}, ${date.slice(0, 10)}${asked}; ${machine.cores} × ${machine.cpu}, ${memory}, ` +
      `${machine.system}, Node.js ${machine.node.slice(1)}: [all numbers](../bench/results/${file}).`,
    furtherRuns
      .map(run => `Put together with a run of ${run.date.slice(0, 10)}, \`${run.options || 'no options'}\`.`)
      .join(' '),
    unrest === 0
      ? ''
      : `From round to round, the rates of no sessions at all were up to ${count(100 * unrest)} % apart: so much is the machine's doing.`,
    bullets(
      notRun
        .filter(({ sessionBytes }) => sessionBytes === undefined)
        .map(row => `Not run: ${describeNotRun(row)}`),
    ),
  )
}

/** The file that the document says its numbers are of. */
export const fileNamedIn = (document: string) =>
  document.match(/\(\.\.\/bench\/results\/([a-z0-9-]+\.json)\)/)?.[1] ?? null
