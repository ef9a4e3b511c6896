import { formatAnswers } from './answers.ts'
import { contenderNames } from './contenders.ts'
import { isThroughResgate } from './resgate/contenders.ts'
import { formatResgate } from './resgate/report.ts'
import { formatRestart } from './restart-report.ts'
import type { NotRun, Results, Scale, Spread, Throughput } from './results.ts'
import { isOnSockets } from './sockets/contenders.ts'
import { formatSockets } from './sockets/report.ts'
import { type Column, count, formatTable, wrap } from './table.ts'
import { formatTheft } from './theft-report.ts'

const questions: Record<string, string> = {
  read: 'What does a signed-in page view cost?',
  write: 'What does changing one key cost?',
  anonymous: 'What does a visitor without a session cost?',
}

/** The terminal's tables: the answer first, then one table per question. */
export function formatResults(results: Results): string {
  const { throughput, scale, notRun } = results
  const restart = results.restart.filter(row => !isOnSockets(row) && !isThroughResgate(row))
  const theft = results.theft.filter(row => !isOnSockets(row))
  const [firstReads = [], repeated = []] = [true, false].map(isFirst =>
    throughput.filter(({ scenario }) => (scenario === 'first-read') === isFirst),
  )
  const courses = Map.groupBy(repeated, row => `${row.scenario} ${row.sessionBytes}`)
  return [
    ...formatAnswers(results),
    ...[...courses.values()].map(formatThroughput),
    ...(firstReads.length > 0 ? [formatFirstReads(firstReads, repeated)] : []),
    ...(throughput.some(({ credentialBytes }) => credentialBytes > 0) ? [formatCarried(results)] : []),
    ...formatRestart(restart),
    ...(theft.length > 0 ? [formatTheft(theft)] : []),
    ...(scale.length > 0 ? [formatScale(scale)] : []),
    ...formatSockets(results),
    ...formatResgate(results),
    ...notRun.map(formatNotRun),
  ].join('\n')
}

function formatThroughput(rows: readonly Throughput[], index: number): string {
  const [{ scenario }] = rows as [Throughput]
  const table = formatTable(`${questions[scenario]}  (${conditionsOf(rows)})`, rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'req/s', cell: row => count(row.rps.median) },
    { title: 'of none', cell: ratio },
    { title: 'CPU µs', cell: row => micros(row.cpuMicros) },
    ...overheadColumns(rows),
    { title: 'trips', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
    { title: 'p50 ms', cell: row => row.p50Ms.toFixed(2) },
    { title: 'p99 ms', cell: row => row.p99Ms.toFixed(2) },
  ])
  const busy = Math.max(...rows.map(({ loaderBusy }) => loaderBusy))
  const legend = index === 0 ? throughputLegend : ''
  return busy < 0.9
    ? `${table}${legend}`
    : `${table}${legend}  The load generator used ${Math.round(busy * 100)} % of its core: requests/s are a lower bound, and so the
  ratio to none is kinder than the CPU time, which is measured in the server alone.
`
}

const throughputLegend = wrap(
  'CPU µs: what the server process uses per request. overhead: that, above none in the same round. trips: messages to ' +
    'the store per request, where there is one on a wire. What was found good lately is remembered: read is of a ' +
    'session that this server has seen before, first-read (with --full) of one that it has not.',
)

const firstReadLegend = wrap(
  'Each request is the first of its client to this server: another one signed it in. Who shares no sessions between ' +
    'servers is left out. and later: the overhead of read.',
)

/** Of sessions that another server signed in, beside what `read` measured of the same size. */
function formatFirstReads(rows: readonly Throughput[], others: readonly Throughput[]): string {
  const readOf = ({ contender, sessionBytes }: Throughput) =>
    others.find(
      row => row.scenario === 'read' && row.contender === contender && row.sessionBytes === sessionBytes,
    )
  const wasRead = rows.some(readOf)
  const table = formatTable(`What does a page view cost the first time?  (${conditionsOf(rows)})`, rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'CPU µs', cell: row => micros(row.cpuMicros) },
    ...overheadColumns(rows),
    ...(wasRead ? [{ title: 'and later', cell: (row: Throughput) => formatMicros(readOf(row)) }] : []),
  ])
  return `${table}${firstReadLegend}`
}

const formatMicros = (row: Throughput | undefined) => (row === undefined ? '' : micros(row.overheadMicros))

function conditionsOf([row]: readonly Throughput[]): string {
  const { scenario, concurrency, sessionBytes, rounds } = row as Throughput
  const repeats = rounds === 1 ? '1 round' : `${rounds} rounds`
  return `${scenario}, ${concurrency} connections, ${count(sessionBytes)} B, ${repeats}`
}

/** With its spread, where there is one. */
const overheadColumns = ([row]: readonly Throughput[]): Column<Throughput>[] => [
  { title: 'overhead µs', cell: row => micros(row.overheadMicros) },
  ...(row?.rounds === 1
    ? []
    : [{ title: 'min–max', cell: ({ overheadMicros }: Throughput) => formatRange(overheadMicros) }]),
]

/** A column for each size of session data. */
function formatCarried({ throughput, notRun }: Results): string {
  const carried = throughput.filter(row => row.scenario !== 'anonymous' && row.contender !== 'none')
  const refused = notRun.filter(({ sessionBytes }) => sessionBytes !== undefined)
  const holders = new Set([...carried, ...refused].map(({ contender }) => contender))
  const sizes = new Set([...carried, ...refused].map(({ sessionBytes }) => sessionBytes as number))
  const columns = [...sizes].map(
    (size): Column<string> => ({
      title: `at ${count(size)} B`,
      cell(contender) {
        const row = carried.find(row => row.contender === contender && row.sessionBytes === size)
        return row === undefined ? 'refused' : count(row.credentialBytes)
      },
    }),
  )
  return formatTable(
    'What does the client send with each request?  (bytes of its Cookie header)',
    contenderNames.filter(name => holders.has(name)),
    [{ title: 'contender', cell: contender => contender, align: 'left' }, ...columns],
  )
}

function formatNotRun({ contender, sessionBytes, reason }: NotRun): string {
  const what = sessionBytes === undefined ? contender : `${contender}, ${count(sessionBytes)} B`
  return wrap(`NOT RUN  ${what}: ${reason}`)
}

function formatScale(rows: readonly Scale[]): string {
  return formatTable('How does it grow?  (read)', rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'sessions', cell: row => count(row.sessions) },
    { title: 'overhead µs', cell: row => micros(row.overheadMicros) },
    { title: 'p99 ms', cell: row => row.p99Ms.toFixed(2) },
    { title: 'bytes each', cell: row => (row.sessions < 100_000 ? '' : count(row.bytesPerSession)) },
    { title: 'cleared in ms', cell: row => formatClearing(row) },
    { title: 'longest pause ms', cell: row => row.clearPauseMs?.toFixed(1) ?? '' },
  ])
}

const formatClearing = ({ clearMs, clearPauseMs }: Scale) =>
  clearMs === null ? (clearPauseMs === null ? '' : 'never') : count(clearMs)
const micros = ({ median }: Spread) => median.toFixed(1)
const formatRange = ({ min, max }: Spread) => `${min.toFixed(1)}–${max.toFixed(1)}`
const ratio = ({ ratioToNone }: Throughput) => ratioToNone.median.toFixed(2)
