import type { Spread, Throughput } from './results.ts'
import { scenarios } from './scenarios.ts'
import { formatSpreads } from './spread-report.ts'
import { type Column, count, formatTable, wrap } from './table.ts'

/** A table for each scenario, then for what differs between courses of the same one. */
export function formatThroughput(rows: readonly Throughput[]): string[] {
  const [first] = rows
  if (first === undefined) return []
  const isUsual = ({ sessionBytes, concurrency }: Throughput) =>
    sessionBytes === first.sessionBytes && concurrency === first.concurrency
  const usual = Map.groupBy(rows.filter(isUsual), ({ scenario }) => scenario)
  const firstReads = usual.get('first-read') ?? []
  usual.delete('first-read')
  const reads = rows.filter(({ scenario }) => scenario === 'read')
  return [
    ...[...usual.values()].map(formatCourse),
    ...(firstReads.length > 0 ? [formatFirstReads(firstReads, usual.get('read') ?? [])] : []),
    ...formatSeries(
      'What does it cost with larger sessions?',
      reads.filter(({ concurrency }) => concurrency === first.concurrency),
      'sessionBytes',
      'B',
    ),
    ...formatSeries(
      'What does it cost with fewer connections, or more?',
      reads.filter(({ sessionBytes }) => sessionBytes === first.sessionBytes),
      'concurrency',
      'conn.',
    ),
  ]
}

const questionOf = (name: string) => scenarios.find(scenario => scenario.name === name)?.question ?? name

function formatCourse(rows: readonly Throughput[], index: number): string {
  const [{ scenario }] = rows as [Throughput]
  const table = formatTable(`${questionOf(scenario)}  (${conditionsOf(rows)})`, rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'req/s', cell: row => count(row.rps.median) },
    { title: 'of none', cell: ratio },
    { title: 'CPU µs', cell: row => micros(row.cpuMicros) },
    ...overheadColumns(rows),
    storeColumn,
    { title: 'trips', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
    { title: 'p99 ms', cell: row => row.p99Ms.toFixed(2) },
  ])
  const busy = Math.max(...rows.map(({ loaderBusy }) => loaderBusy))
  const bound = wrap(
    `The load generator used ${Math.round(busy * 100)} % of its core: requests/s are a lower bound, and so the ratio to ` +
      'none is kinder than the CPU time, which is measured in the server alone.',
  )
  const legend = index === 0 ? throughputLegend : ''
  return [table, legend, formatSpreads(rows), busy < 0.9 ? '' : bound].join('')
}

const throughputLegend = wrap(
  'CPU µs: what the server process uses per request, SQLite and LevelDB in it. overhead: that, above none in the same ' +
    'round. store µs: what a store in processes of its own uses, where they are ours, on Linux; in a short run, give or ' +
    'take some. trips: messages to it per request. What was found good lately is remembered: read is of a session that ' +
    'this server has seen before, first-read (with --full) of one that it has not. mixed: of 100 requests, 90 read, 8 ' +
    'write, one signs out and one in. login: a new user each time, whose password costs nothing to check.',
)

const firstReadLegend = wrap(
  'Each request is the first of its client to this server: another one signed it in. Who shares no sessions between ' +
    'servers is left out. store µs: of a store in processes of its own. and later: the overhead of read.',
)

/** Of sessions that another server signed in, beside what `read` measured. */
function formatFirstReads(rows: readonly Throughput[], reads: readonly Throughput[]): string {
  const readOf = ({ contender }: Throughput) => reads.find(row => row.contender === contender)
  const later: Column<Throughput> = {
    title: 'and later',
    cell(row) {
      const read = readOf(row)
      return read === undefined ? '' : micros(read.overheadMicros)
    },
  }
  const table = formatTable(`${questionOf('first-read')}  (${conditionsOf(rows)})`, rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'CPU µs', cell: row => micros(row.cpuMicros) },
    ...overheadColumns(rows),
    storeColumn,
    ...(rows.some(readOf) ? [later] : []),
  ])
  return `${table}${firstReadLegend}`
}

/** A column for each size, or number of connections. */
function formatSeries(
  question: string,
  rows: readonly Throughput[],
  member: 'sessionBytes' | 'concurrency',
  unit: string,
): string[] {
  const values = [...new Set(rows.map(row => row[member]))].toSorted((a, b) => a - b)
  if (values.length < 2) return []
  const others = member === 'sessionBytes' ? 'connections' : 'B'
  const [{ concurrency, sessionBytes }] = rows as [Throughput]
  const same = member === 'sessionBytes' ? concurrency : sessionBytes
  const contenders = [...new Set(rows.map(({ contender }) => contender))].filter(name => name !== 'none')
  const columns = values.map(
    (value): Column<string> => ({
      title: `${count(value)} ${unit}`,
      cell(contender) {
        const row = rows.find(row => row.contender === contender && row[member] === value)
        return row === undefined ? '–' : `${micros(row.overheadMicros)} ${row.p99Ms.toFixed(1).padStart(6)}`
      },
    }),
  )
  return [
    formatTable(`${question}  (read, ${count(same)} ${others}: overhead µs, p99 ms)`, contenders, [
      { title: 'contender', cell: contender => contender, align: 'left' },
      ...columns,
    ]),
  ]
}

function conditionsOf([row]: readonly Throughput[]): string {
  const { scenario, concurrency, sessionBytes, rounds } = row as Throughput
  const repeats = rounds === 1 ? '1 round' : `${rounds} rounds`
  return `${scenario}, ${concurrency} connections, ${count(sessionBytes)} B, ${repeats}`
}

const storeColumn: Column<Throughput> = {
  title: 'store µs',
  cell: ({ storeCpuMicros }) => storeCpuMicros?.toFixed(1) ?? '',
}

/** With its spread, where there is one. */
const overheadColumns = ([row]: readonly Throughput[]): Column<Throughput>[] => [
  { title: 'overhead', cell: row => micros(row.overheadMicros) },
  ...(row?.rounds === 1
    ? []
    : [{ title: 'min–max', cell: ({ overheadMicros }: Throughput) => formatRange(overheadMicros) }]),
]

/** Where a machine is busy, some are so large that a decimal would be too wide. */
const brief = (value: number) => value.toFixed(Math.abs(value) < 1000 ? 1 : 0)
const micros = ({ median }: Spread) => brief(median)
const formatRange = ({ min, max }: Spread) => `${brief(min)}–${brief(max)}`
const ratio = ({ ratioToNone }: Throughput) => ratioToNone.median.toFixed(2)
