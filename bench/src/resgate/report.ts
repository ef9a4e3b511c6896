import type { Resgate, Results } from '../results.ts'
import { formatReturns } from '../return-report.ts'
import { count, formatTable, wrap } from '../table.ts'
import { isThroughResgate } from './contenders.ts'
import { resgateFaults } from './faults.ts'

/** Tables of what was measured of clients that come through Resgate. */
export function formatResgate({ resgate, restart }: Results): string[] {
  const struck = restart.filter(isThroughResgate)
  return [
    ...(resgate.length > 0 ? [formatCosts(resgate)] : []),
    ...(struck.length > 0 ? [formatReturns('pages', struck, resgateFaults, faultsLegend)] : []),
  ]
}

function formatCosts(rows: readonly Resgate[]): string {
  const [{ sessions, concurrency, rounds }] = rows as [Resgate]
  const repeats = rounds === 1 ? '1 round' : `${rounds} rounds`
  const logins = rows.filter(({ act }) => act === 'login')
  const loginOf = ({ contender }: Resgate) => logins.find(row => row.contender === contender) as Resgate
  const table = formatTable(
    `What does a relogin through Resgate cost?  (${count(sessions)} sessions, ${concurrency} at a time, ${repeats})`,
    rows.filter(({ act }) => act === 'relogin'),
    [
      { title: 'contender', cell: row => row.contender, align: 'left' },
      { title: 'relogins/s', cell: row => count(row.perSecond.median) },
      ...(rounds === 1
        ? []
        : [
            {
              title: 'min–max',
              cell: ({ perSecond }: Resgate) => `${count(perSecond.min)}–${count(perSecond.max)}`,
            },
          ]),
      { title: 'of none', cell: row => row.ratioToNone.median.toFixed(2) },
      { title: 'CPU µs', cell: row => row.cpuMicros.median.toFixed(0) },
      { title: 'p99 ms', cell: row => row.p99Ms.toFixed(1) },
      { title: 'msgs', cell: row => row.messages.toFixed(0) },
      { title: 'trips', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
      { title: 'logins/s', cell: row => count(loginOf(row).perSecond.median) },
      { title: 'CPU µs', cell: row => loginOf(row).cpuMicros.median.toFixed(0) },
    ],
  )
  const legend = wrap(
    'Each relogin presents a key on a new connection and rotates it; a login begins a session, with a password that costs nothing ' +
      'to check. CPU µs: what the service process uses for one, without a store in a process of its own; msgs: messages on ' +
      'NATS, with the request; trips: messages to that store.',
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
  'The time is from when what was killed could answer again until the last page was back. Each connects at once, and then every ' +
  "second; those of resgate-example every 3 s, as resclient does by itself. They give their key up on any error, as the example's " +
  'page does; the others, as our demo does, when they are told that it is worthless.'
