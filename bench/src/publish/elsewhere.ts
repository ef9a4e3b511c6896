import { isLimit } from '../compare/unrest.ts'
import type { Reported } from '../html/reported.ts'
import type { Resgate, Sockets } from '../results.ts'
import { count } from '../table.ts'
import { paceOf } from './costs.ts'
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
    { title: 'CPU each, above no sessions', cell: overhead },
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
    { title: 'CPU each, above no sessions', cell: overhead },
    { title: 'messages on NATS', cell: row => row.messages.toFixed(0) },
    { title: 'trips to the store', cell: row => row.storeRoundTrips?.toFixed(1) ?? '' },
    { title: 'p99', cell: row => `${row.p99Ms.toFixed(1)} ms` },
    {
      title: 'a login',
      cell(row) {
        const login = loginOf(row)
        return login === undefined ? '–' : overhead(login)
      },
    },
  ])
  return blocks(
    table,
    `${count(first.sessions)} sessions, ${first.concurrency} at a time, median of ${first.rounds} rounds.${paceOf(resgate)}`,
  )
}

const overhead = ({ contender, overheadMicros }: Sockets | Resgate) =>
  isLimit({ contender }) ? '' : emphasise(contender, micros(overheadMicros))
