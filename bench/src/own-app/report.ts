import { percent } from '../restart-report.ts'
import type { Spread, Theft } from '../results.ts'
import { type Column, count, formatTable, wrap, wrapAfter } from '../table.ts'
import { describeCookie } from './cookie-words.ts'
import type { OwnAppResults, OwnRestart, OwnThroughput } from './results.ts'

/** The answer first, then a table per question, with the columns of the benchmark's. */
export function formatOwnApp(results: Omit<OwnAppResults, 'machine' | 'date'>): string {
  const { throughput, restart, theft, cookies, notRun } = results
  const [none, ...own] = throughput
  return [
    formatAnswers(results),
    ...(none === undefined ? [] : own.map(row => formatThroughput(none, row))),
    ...(none === undefined ? [] : [formatLegend(own)]),
    ...restart.map(formatRestart),
    ...(theft.length > 0 ? [formatTheft(theft)] : []),
    `  The session's cookie${cookies.length > 1 ? 's' : ''}\n${cookies.flatMap(describeCookie).map(wrap).join('')}`,
    ...notRun.map(({ reason }) => wrap(`NOT MEASURED  ${reason}`)),
  ].join('\n')
}

function formatAnswers({ url, throughput, restart, theft }: Omit<OwnAppResults, 'machine' | 'date'>): string {
  const lines = [...describeSpeed(throughput), ...restart.map(describeRestart), ...theft.map(describeTheft)]
  return `  In short: ${url}\n${lines.map(line => wrapAfter(' ', line, 4)).join('')}`
}

function describeSpeed([none, read, anonymous]: readonly OwnThroughput[]): string[] {
  if (!none || !read || !anonymous) return []
  const speed =
    `${count(read.rps.median)} signed-in page views a second, ${read.ratioToNone.median.toFixed(2)} of bare Express; ` +
    `half within ${read.p50Ms.toFixed(1)} ms, 99 of 100 within ${read.p99Ms.toFixed(1)} ms.`
  if (read.cpuMicros === null || anonymous.cpuMicros === null) return [speed]
  const more = read.cpuMicros.median - anonymous.cpuMicros.median
  const other =
    anonymous.status === 200
      ? 'the page that was opened without a session'
      : `the answer (${anonymous.status}) to a stranger; name a comparable page with --anonymous`
  return [
    speed,
    `${count(read.cpuMicros.median)} µs of CPU each, ${count(Math.abs(more))} ${more < 0 ? 'less' : 'more'} than ${other}.`,
  ]
}

function describeRestart(row: OwnRestart): string {
  const { stillSignedIn, clients, awayMs, wrongUser } = row
  const survivors = `${count(stillSignedIn)} of ${count(clients)} still signed in`
  const wrong = wrongUser > 0 ? ` ${count(wrongUser)} WERE SHOWN THE PAGE OF ANOTHER USER.` : ''
  if (awayMs === 0)
    return `It was never seen to be away: whether it was restarted is not known; ${survivors}.${wrong}`
  const outcome =
    stillSignedIn === 0
      ? `A restart signs everybody out: ${survivors}`
      : `${percent(row)} survive a restart: ${survivors}`
  return `${outcome}; the application was away for ${(awayMs / 1000).toFixed(1)} s.${wrong}`
}

function describeTheft({ act, worksForMs, note }: Theft): string {
  if (act === 'sign-in')
    return worksForMs === 0
      ? 'Signing in makes a new session: a cookie planted before it is worth nothing.'
      : `SESSION FIXATION: ${note}.`
  if (worksForMs === null)
    return act === 'sign-out'
      ? 'A COPIED COOKIE GOES ON WORKING after its owner signs out.'
      : 'A copied cookie goes on working after its owner signs in elsewhere, as any second browser of theirs does.'
  const owner = act === 'sign-out' ? 'signs out' : 'signs in elsewhere'
  return worksForMs === 0
    ? `A copied cookie is worth nothing once its owner ${owner}.`
    : `A copied cookie works for ${worksForMs.toFixed(1)} ms after its owner ${owner}.`
}

function formatThroughput(none: OwnThroughput, row: OwnThroughput): string {
  const { scenario, concurrency, rounds } = row
  const question =
    scenario === 'read'
      ? 'What does a signed-in page view cost?'
      : 'What does a visitor without a session cost?'
  const repeats = rounds === 1 ? '1 round' : `${rounds} rounds`
  return formatTable(
    `${question}  (${scenario}, ${concurrency} connections, ${repeats})`,
    [none, row],
    [
      { title: 'contender', cell: ({ contender }) => contender, align: 'left' },
      { title: 'req/s', cell: ({ rps }) => count(rps.median) },
      { title: 'of none', cell: ({ ratioToNone }) => ratioToNone.median.toFixed(2) },
      { title: 'CPU µs', cell: ({ cpuMicros }) => micros(cpuMicros) },
      { title: 'overhead µs', cell: ({ overheadMicros }) => micros(overheadMicros) },
      ...(rounds === 1 ? [] : [rangeColumn]),
      { title: 'p50 ms', cell: ({ p50Ms }) => p50Ms.toFixed(2) },
      { title: 'p99 ms', cell: ({ p99Ms }) => p99Ms.toFixed(2) },
    ],
  )
}

const micros = (spread: Spread | null) => spread?.median.toFixed(1) ?? '–'

const rangeColumn: Column<OwnThroughput> = {
  title: 'min–max',
  cell: ({ overheadMicros: spread }) =>
    spread === null ? '–' : `${spread.min.toFixed(1)}–${spread.max.toFixed(1)}`,
}

function formatLegend(own: readonly OwnThroughput[]): string {
  const rssBytes = Math.max(...own.map(({ rssBytes }) => rssBytes ?? 0))
  const busy = Math.max(...own.map(({ loaderBusy }) => loaderBusy))
  return [
    'none: bare Express with the page of the benchmark, in the same rounds. What the application pays above it is for its ' +
      'page as well as for the session.',
    ...(own.every(({ keepsAlive }) => keepsAlive)
      ? []
      : [
          'The application closes connections: each request was on a new one, to bare Express, too, and pays for it.',
        ]),
    ...(rssBytes === 0
      ? ['CPU time is not known: give the process of the application as --pid (Linux).']
      : [`It holds ${count(rssBytes / 2 ** 20)} MiB of memory, its children included.`]),
    ...(busy < 0.9
      ? []
      : [`The load generator used ${Math.round(busy * 100)} % of its core: requests/s are a lower bound.`]),
  ]
    .map(wrap)
    .join('')
}

function formatRestart(row: OwnRestart): string {
  const { clients, stillSignedIn, wrongUser, awayMs, firstSuccessMs, note } = row
  const seconds = (ms: number | null) => (ms === null ? '–' : (ms / 1000).toFixed(1))
  const table = formatTable(
    `Who is still signed in after a restart?  (${count(clients)} clients)`,
    [row],
    [
      { title: 'contender', cell: ({ contender }) => contender, align: 'left' },
      { title: 'still signed in', cell: () => `${percent(row)} (${count(stillSignedIn)})` },
      { title: 'wrong user', cell: () => count(wrongUser) },
      { title: 'away s', cell: () => seconds(awayMs) },
      { title: 'first success s', cell: () => seconds(firstSuccessMs) },
    ],
  )
  return `${table}${note === '' ? '' : wrap(`${note}.`)}`
}

function formatTheft(rows: readonly Theft[]): string {
  const table = formatTable('How long does a copied cookie work once its owner has acted?', rows, [
    { title: 'what its owner did', cell: ({ act }) => actTitles[act] ?? act, align: 'left' },
    {
      title: 'works',
      cell: ({ worksForMs }) =>
        worksForMs === null
          ? 'as long as it lives'
          : worksForMs === 0
            ? 'not at all'
            : `${worksForMs.toFixed(1)} ms`,
    },
  ])
  return `${table}${wrap('The longest of five copies, each tried for up to three seconds.')}`
}

const actTitles: Record<string, string> = {
  'sign-out': 'signed out',
  'sign-in-elsewhere': 'signed in with another browser',
  'sign-in': 'signed in, with a cookie from before',
}
