import { faultNames, faults } from './faults.ts'
import type { Restart, Results, Scale, Spread, Throughput } from './results.ts'
import { type Column, formatTable } from './table.ts'

const questions: Record<string, string> = {
  read: 'What does a signed-in page view cost?',
  write: 'What does changing one key cost?',
  anonymous: 'What does a visitor without a session cost?',
}

/** The terminal's tables: the answer first, then one table per question. */
export function formatResults(results: Results): string {
  const scenarios = [...new Set(results.throughput.map(({ scenario }) => scenario))]
  return [
    formatAnswers(results),
    ...scenarios.map(scenario =>
      formatThroughput(results.throughput.filter(row => row.scenario === scenario)),
    ),
    ...(results.restart.length > 0 ? [formatRestart(results.restart)] : []),
    ...(results.scale.length > 0 ? [formatScale(results.scale)] : []),
    ...results.notRun.map(({ contender, reason }) => `  NOT RUN  ${contender}: ${reason}\n`),
  ].join('\n')
}

/** One line per contender: what you get, and what you pay. */
function formatAnswers({ throughput, restart }: Results): string {
  const names = [...new Set([...throughput, ...restart].map(({ contender }) => contender))]
  const name: Column<string> = { title: '', cell: contender => contender, align: 'left' }
  const answer: Column<string> = {
    title: '',
    align: 'left',
    cell(contender) {
      const read = throughput.find(row => row.contender === contender && row.scenario === 'read')
      const killed = restart.find(row => row.contender === contender && row.fault === 'server-killed')
      const pays = read && `${micros(read.overheadMicros)} µs a page view, ${ratio(read)} of bare Express`
      const gets =
        killed &&
        (killed.stillSignedIn === 0
          ? 'a restart signs everybody out'
          : `${percent(killed)} survive a restart`)
      return [pays, gets].filter(Boolean).join('; ')
    },
  }
  const rows = names.filter(contender => contender !== 'none')
  return formatTable('In short', rows, [name, answer]).replace(/\n\s*\n/, '\n')
}

function formatThroughput(rows: readonly Throughput[]): string {
  const [{ scenario, concurrency, sessionBytes, rounds }] = rows as [Throughput]
  const conditions = `${scenario}, ${concurrency} connections, ${sessionBytes} B, median of ${rounds} rounds`
  const table = formatTable(`${questions[scenario]}  (${conditions})`, rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'requests/s', cell: row => count(row.rps.median) },
    { title: 'of none', cell: ratio },
    { title: 'CPU µs', cell: row => micros(row.cpuMicros) },
    { title: 'overhead µs', cell: row => micros(row.overheadMicros) },
    { title: 'min–max', cell: ({ overheadMicros: { min, max } }) => `${min.toFixed(1)}–${max.toFixed(1)}` },
    { title: 'trips', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
    { title: 'p50 ms', cell: row => row.p50Ms.toFixed(2) },
    { title: 'p99 ms', cell: row => row.p99Ms.toFixed(2) },
  ])
  const busy = Math.max(...rows.map(({ loaderBusy }) => loaderBusy))
  return busy < 0.9
    ? table
    : `${table}  The load generator used ${Math.round(busy * 100)} % of its core: requests/s are a lower bound, and so the
  ratio to none is kinder than the CPU time, which is measured in the server alone.
`
}

/** A column for each fault: who is still signed in, and after how long the first was; then what went wrong. */
function formatRestart(rows: readonly Restart[]): string {
  const faultsMet = faultNames.filter(fault => rows.some(row => row.fault === fault))
  const contenders = [...new Set(rows.map(({ contender }) => contender))]
  const table = formatTable(
    `Who is still signed in?  (${rows[0]?.clients} clients; with the time to the first of them, from one second on)`,
    contenders,
    [
      { title: 'contender', cell: contender => contender, align: 'left' },
      ...faultsMet.map(
        (fault): Column<string> => ({
          title: faults[fault].title,
          cell: contender =>
            formatSurvival(rows.find(row => row.contender === contender && row.fault === fault)),
        }),
      ),
    ],
  )
  const legend = faultsMet.map(fault => `  ${faults[fault].title}: ${faults[fault].about}.\n`)
  const notes = rows
    .map(row => ({ row, note: describeLosses(row) }))
    .filter(({ note }) => note !== '')
    .map(({ row, note }) => `  ${row.contender}, ${row.fault}: ${note}.\n`)
  return [table, ...legend, ...notes].join('')
}

function formatSurvival(row: Restart | undefined): string {
  if (row === undefined) return '–'
  const { firstSuccessMs } = row
  const isSlow = firstSuccessMs !== null && firstSuccessMs >= 1000
  return isSlow ? `${percent(row)} ${(firstSuccessMs / 1000).toFixed(1)} s` : percent(row)
}

function describeLosses({ stillSignedIn, acknowledgedWritesLost, wrongUser, note }: Restart): string {
  const lost = stillSignedIn > 0 && acknowledgedWritesLost > 0
  return [
    ...(lost ? [`${count(acknowledgedWritesLost)} acknowledged writes are lost`] : []),
    ...(wrongUser > 0 ? [`${count(wrongUser)} ANSWERS NAMED ANOTHER USER`] : []),
    ...(note === '' ? [] : [note]),
  ].join('; ')
}

function formatScale(rows: readonly Scale[]): string {
  return formatTable('How does it grow?  (read)', rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'sessions', cell: row => count(row.sessions) },
    { title: 'overhead µs', cell: row => micros(row.overheadMicros) },
    { title: 'p99 ms', cell: row => row.p99Ms.toFixed(2) },
    { title: 'bytes each', cell: row => (row.sessions < 100_000 ? '' : count(row.bytesPerSession)) },
    { title: 'cleared in ms', cell: row => (row.clearMs === null ? 'never' : count(row.clearMs)) },
    { title: 'longest pause ms', cell: row => row.clearPauseMs?.toFixed(1) ?? '' },
  ])
}

const count = (value: number) => Math.round(value).toLocaleString('en')
const micros = ({ median }: Spread) => median.toFixed(1)
const ratio = ({ ratioToNone }: Throughput) => ratioToNone.median.toFixed(2)
const percent = ({ stillSignedIn, clients }: Restart) => `${Math.round((100 * stillSignedIn) / clients)} %`
