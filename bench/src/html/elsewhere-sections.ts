import { isThroughResgate } from '../resgate/contenders.ts'
import { resgateFaults } from '../resgate/faults.ts'
import type { Resgate, Sockets, Spread } from '../results.ts'
import { spreadOf } from '../results.ts'
import { isOnSockets } from '../sockets/contenders.ts'
import { socketFaults } from '../sockets/faults.ts'
import { socketActs } from '../sockets/theft.ts'
import { drawBars } from './bars.ts'
import { count, micros } from './figures.ts'
import { html, type Markup, nothing } from './markup.ts'
import type { Reported } from './reported.ts'
import { showFaults } from './restart-section.ts'
import { roundsOf, type Section, showChart, showTerms, titleOf, warnOfLoader } from './section.ts'
import { showLifetimes } from './theft-section.ts'

export function showSockets({ sockets, restart, theft }: Reported): Section[] {
  const struck = restart.filter(isOnSockets)
  const stolen = theft.filter(isOnSockets)
  if (sockets.length + struck.length + stolen.length === 0) return []
  return [
    {
      id: 'sockets',
      title: 'Sessions on sockets',
      content: html`
<p>Clients that stay connected present a key that is good once, and get the next one: a relogin.</p>
${sockets.length > 0 ? showSocketCosts(sockets) : ''}
${showFaults('Who is back in their session', struck, socketFaults, 'back')}
${
  stolen.length > 0
    ? html`<h3>How long a copied key works</h3>
${showLifetimes('How long a copied key works', stolen, theftHow)}
${showTerms(
  'What was copied, and who came first',
  Object.entries(socketActs).map(([act, { about }]) => ({ title: titleOf(act), about })),
)}`
    : ''
}`,
    },
  ]
}

const theftHow =
  'From when the owner presents its key until both are out, on a scale of powers of ten; the longest of five copies. Who of them is ' +
  'the thief cannot be told: the owner signs in again.'

function showSocketCosts(rows: readonly Sockets[]): Markup {
  const [{ sockets, concurrency, rounds }] = rows as [Sockets]
  const panel = panelsOf(rows)
  const chart = drawBars('Overhead and number of relogins, and memory, of each contender', rows, [
    panel('Overhead', micros, row => row.overheadMicros),
    panel('Relogins per second', count, row => row.resumesPerSecond),
    panel('Memory per socket', kilobytes, row => spreadOf([row.rssBytesPerSocket / 1024])),
  ])
  const how = `${count(sockets)} open sockets, each signed in; keys are presented on ${concurrency} at a time; ${roundsOf(rounds)}. \
The overhead is the processor time of the server for one relogin, above that of none. Memory is what the process grew by, and rough.`
  return html`<h3>What a relogin costs</h3>
${showChart(chart, how + warnOfLoader(rows), 'Relogins on sockets', rows)}`
}

const kilobytes = (value: number) => `${value.toFixed(1)} KB`

export function showResgate({ resgate, restart }: Reported): Section[] {
  const struck = restart.filter(isThroughResgate)
  if (resgate.length + struck.length === 0) return []
  return [
    {
      id: 'resgate',
      title: 'Sessions through Resgate',
      content: html`
<p>Clients connect to a gateway; the session service behind it speaks NATS, and keeps the sessions.</p>
${showActs('What a relogin costs', 'relogin', resgate)}
${showActs('What a login costs', 'login', resgate)}
${showFaults('Who is back in their session, through Resgate', struck, resgateFaults, 'back')}`,
    },
  ]
}

function showActs(title: string, act: Resgate['act'], all: readonly Resgate[]): Markup {
  const rows = all.filter(row => row.act === act)
  if (rows.length === 0) return nothing
  const [{ sessions, concurrency, rounds }] = rows as [Resgate]
  const panel = panelsOf(rows)
  const chart = drawBars(`${title}: overhead and number, of each contender`, rows, [
    panel('Overhead', micros, row => row.overheadMicros),
    panel(`${titleOf(act)}s per second`, count, row => row.perSecond),
  ])
  const what =
    act === 'relogin'
      ? 'presents a key on a new connection and rotates it'
      : 'begins a session, with a password that costs nothing to check'
  const how = `Each ${what}. ${count(sessions)} sessions, ${concurrency} at a time; ${roundsOf(rounds)}. \
The overhead is the processor time of the service for one, above that of resgate-none.`
  return html`<h3>${title}</h3>
${showChart(chart, how + warnOfLoader(rows), `${titleOf(act)}s through Resgate`, rows)}`
}

const panelsOf =
  <Row extends { readonly contender: string }>(rows: readonly Row[]) =>
  (title: string, format: (value: number) => string, spreadIn: (row: Row) => Spread) => ({
    title,
    format,
    spreadOf(contender: string) {
      const row = rows.find(row => row.contender === contender)
      return row === undefined ? undefined : spreadIn(row)
    },
  })
