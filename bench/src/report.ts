import { contenderNames } from './contenders.ts'
import { formatRestart, percent } from './restart-report.ts'
import type { NotRun, Results, Scale, Spread, Throughput } from './results.ts'
import { type Column, count, formatTable, wrap } from './table.ts'
import { formatTheft } from './theft-report.ts'

const questions: Record<string, string> = {
  read: 'What does a signed-in page view cost?',
  write: 'What does changing one key cost?',
  anonymous: 'What does a visitor without a session cost?',
}

/** The terminal's tables: the answer first, then one table per question. */
export function formatResults(results: Results): string {
  const { throughput, restart, theft, scale, notRun } = results
  const courses = Map.groupBy(throughput, row => `${row.scenario} ${row.sessionBytes}`)
  return [
    ...formatAnswers(results),
    ...[...courses.values()].map(formatThroughput),
    ...(throughput.some(({ credentialBytes }) => credentialBytes > 0) ? [formatCarried(results)] : []),
    ...formatRestart(restart),
    ...(theft.length > 0 ? [formatTheft(theft)] : []),
    ...(scale.length > 0 ? [formatScale(scale)] : []),
    ...notRun.map(formatNotRun),
  ].join('\n')
}

/** One line per contender: what you get, and what you pay. */
function formatAnswers({ throughput, restart }: Results): string[] {
  const answers = contenderNames.flatMap(contender => {
    const read = throughput.find(row => row.contender === contender && row.scenario === 'read')
    const killed = restart.find(row => row.contender === contender && row.fault === 'server-killed')
    const pays = read && `${micros(read.overheadMicros)} µs a page view, ${ratio(read)} of bare Express`
    const gets =
      killed &&
      (killed.stillSignedIn === 0 ? 'a restart signs everybody out' : `${percent(killed)} survive a restart`)
    const answer = [pays, gets].filter(Boolean).join('; ')
    return contender === 'none' || answer === '' ? [] : [{ contender, answer }]
  })
  if (answers.length === 0) return []
  const table = formatTable('In short', answers, [
    { title: '', cell: row => row.contender, align: 'left' },
    { title: '', cell: row => row.answer, align: 'left' },
  ])
  return [table.replace(/\n\s*\n/, '\n')]
}

function formatThroughput(rows: readonly Throughput[]): string {
  const [{ scenario, concurrency, sessionBytes, rounds }] = rows as [Throughput]
  const conditions = `${scenario}, ${concurrency} connections, ${count(sessionBytes)} B, ${rounds} rounds`
  const table = formatTable(`${questions[scenario]}  (${conditions})`, rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'req/s', cell: row => count(row.rps.median) },
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
const ratio = ({ ratioToNone }: Throughput) => ratioToNone.median.toFixed(2)
