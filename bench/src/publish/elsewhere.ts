import type { Reported } from '../html/reported.ts'
import type { Resgate } from '../results.ts'
import { count } from '../table.ts'
import { emphasise, labelOf } from './labels.ts'
import { blocks, markdownTable, micros } from './markdown.ts'

/** What a relogin on an open socket costs. */
export function writeSockets({ sockets }: Reported): string {
  const [first] = sockets
  if (first === undefined) return ''
  const table = markdownTable(sockets, [
    { title: '', cell: ({ contender }) => labelOf(contender), align: 'left' },
    { title: 'relogins/s', cell: row => count(row.resumesPerSecond.median) },
    { title: 'of no sessions', cell: row => row.ratioToNone.median.toFixed(2) },
    { title: 'CPU each', cell: row => emphasise(row.contender, micros(row.cpuMicros)) },
    { title: 'trips to the store', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
    {
      title: 'connect, p50 – p99',
      cell: row => `${row.connectP50Ms.toFixed(1)} – ${row.connectP99Ms.toFixed(1)} ms`,
    },
    { title: 'memory per socket', cell: row => `${(row.rssBytesPerSocket / 1024).toFixed(1)} KB` },
  ])
  return blocks(
    table,
    `${count(first.sockets)} sockets, ${first.concurrency} at a time, median of ${first.rounds} rounds.${paceOf(sockets)}`,
  )
}

/** What a relogin and a login through Resgate cost. */
export function writeResgate({ resgate }: Reported): string {
  const [first] = resgate
  if (first === undefined) return ''
  const relogins = resgate.filter(({ act }) => act === 'relogin')
  const loginOf = ({ contender }: Resgate) =>
    resgate.find(row => row.contender === contender && row.act === 'login')
  const table = markdownTable(relogins, [
    { title: '', cell: ({ contender }) => labelOf(contender), align: 'left' },
    { title: 'relogins/s', cell: row => count(row.perSecond.median) },
    { title: 'of no sessions', cell: row => row.ratioToNone.median.toFixed(2) },
    { title: 'CPU each', cell: row => emphasise(row.contender, micros(row.cpuMicros)) },
    { title: 'messages on NATS', cell: row => row.messages.toFixed(0) },
    { title: 'trips to the store', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
    { title: 'p99', cell: row => `${row.p99Ms.toFixed(1)} ms` },
    {
      title: 'CPU of a login',
      cell(row) {
        const login = loginOf(row)
        return login === undefined ? '–' : micros(login.cpuMicros)
      },
    },
  ])
  return blocks(
    table,
    `${count(first.sessions)} sessions, ${first.concurrency} at a time, median of ${first.rounds} rounds.${paceOf(resgate)}`,
  )
}

function paceOf(rows: readonly { readonly loaderBusy: number }[]): string {
  const busy = Math.round(100 * Math.max(...rows.map(({ loaderBusy }) => loaderBusy)))
  return busy < 90
    ? ''
    : ` The load generator used up to ${busy} % of its core: the highest rates are lower bounds.`
}
