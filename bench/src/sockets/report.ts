import type { Results, Sockets, Theft } from '../results.ts'
import { formatReturns } from '../return-report.ts'
import { type Column, count, formatTable, wrap } from '../table.ts'
import { isOnSockets } from './contenders.ts'
import { socketFaults } from './faults.ts'
import { socketActNames, socketActs } from './theft.ts'

/** Tables of what was measured of clients that live on sockets. */
export function formatSockets({ sockets, restart, theft }: Results): string[] {
  const struck = restart.filter(isOnSockets)
  const stolen = theft.filter(isOnSockets)
  return [
    ...(sockets.length > 0 ? [formatCosts(sockets)] : []),
    ...(struck.length > 0 ? [formatReturns('clients on sockets', struck, socketFaults, faultsLegend)] : []),
    ...(stolen.length > 0 ? [formatTheft(stolen)] : []),
  ]
}

function formatCosts(rows: readonly Sockets[]): string {
  const [{ sockets, concurrency, rounds }] = rows as [Sockets]
  const repeats = rounds === 1 ? '1 round' : `${rounds} rounds`
  const table = formatTable(
    `What does a relogin cost?  (${count(sockets)} sockets, ${concurrency} at a time, ${repeats})`,
    rows,
    [
      { title: 'contender', cell: row => row.contender, align: 'left' },
      { title: 'resumes/s', cell: row => count(row.resumesPerSecond.median) },
      { title: 'of none', cell: row => row.ratioToNone.median.toFixed(2) },
      { title: 'CPU µs', cell: row => row.cpuMicros.median.toFixed(1) },
      { title: 'trips', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
      { title: 'p99 ms', cell: row => row.p99Ms.toFixed(1) },
      { title: 'sign-ins/s', cell: row => count(row.signInsPerSecond.median) },
      { title: 'connect ms', cell: row => `${row.connectP50Ms.toFixed(1)}–${row.connectP99Ms.toFixed(1)}` },
      { title: 'KB each', cell: row => (row.rssBytesPerSocket / 1024).toFixed(1) },
    ],
  )
  const legend = wrap(
    'Each resume presents the key of an open socket and rotates it. CPU µs: what the server process uses for one, without a ' +
      'store in a process of its own; trips: messages to that. A sign-in is to a new session, without the check of a ' +
      'password. connect: p50 and p99 from the beginning of a connection until its session is known, one at a time. KB each: memory of ' +
      'the server per open socket that is signed in, with its session.',
  )
  const busy = Math.max(...rows.map(({ loaderBusy }) => loaderBusy))
  const warning =
    busy < 0.9
      ? ''
      : wrap(
          `The load generator used ${Math.round(busy * 100)} % of its core: the highest rates are lower bounds.`,
        )
  return table + legend + warning
}

const faultsLegend =
  'The time is from when clients could be answered again until the last was back. Ours are @sojourn/client as it comes; ' +
  'those of single-use-key connect at once and then every 3 s.'

function formatTheft(rows: readonly Theft[]): string {
  const table = formatTable('How long does a copied key work?', namesOf(rows), [
    { title: 'contender', cell: contender => contender, align: 'left' },
    ...socketActNames.map(
      (act): Column<string> => ({
        title: socketActs[act].title,
        cell: contender => formatWorks(rows.find(row => row.contender === contender && row.act === act)),
      }),
    ),
  ])
  const legend = socketActNames.map(act => wrap(`${socketActs[act].title}: ${socketActs[act].about}.`))
  const time = wrap(
    'The time is from when the owner presents its key until both are out; the longest of five copies. It cannot be told who of ' +
      'them is the thief: the owner signs in again.',
  )
  const notes = rows
    .filter(({ note }) => note !== '')
    .map(({ contender, act, note }) => wrap(`${contender}, ${act}: ${note}.`))
  return [table, ...legend, time, ...notes].join('')
}

function formatWorks(row: Theft | undefined): string {
  if (row === undefined) return '–'
  const { worksForMs } = row
  if (worksForMs === null) return 'as long as it lives'
  return worksForMs === 0 ? 'not at all' : `${worksForMs.toFixed(1)} ms`
}

const namesOf = (rows: readonly { readonly contender: string }[]) => [
  ...new Set(rows.map(({ contender }) => contender)),
]
