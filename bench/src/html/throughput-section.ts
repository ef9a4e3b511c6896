import { spreadOf, type Throughput } from '../results.ts'
import { drawBars } from './bars.ts'
import { bytes, count, micros } from './figures.ts'
import { html, type Markup, nothing } from './markup.ts'
import { placeOf } from './places.ts'
import { roundsOf, type Section, showChart, warnOfLoader } from './section.ts'
import { drawSteps } from './steps.ts'

const questions: Record<string, string> = {
  read: 'A signed-in page view',
  write: 'Changing one key',
  login: 'Signing a new user in, without the check of a password',
  anonymous: 'A visitor without a session',
  mixed: 'A mix: 90 page views, 8 changes, one sign-in, one sign-out',
  'first-read': 'The first page view at a server',
}

const usualConcurrency = 32

export function showThroughput(rows: readonly Throughput[]): Section[] {
  if (rows.length === 0) return []
  const scenarios = Map.groupBy(rows, ({ scenario }) => scenario)
  return [
    {
      id: 'cost',
      title: 'What does it cost?',
      content: html`
<p>The overhead is the processor time that a request costs the server above the same app without sessions; what it costs a store in
processes of its own comes on top. Of all figures it suffers
least from a noisy machine, and not from the load generator; the whiskers say how much it did. Short bars are good; of requests per
second, long ones.</p>
${[...scenarios].map(([scenario, rows]) => showScenario(scenario, rows))}`,
    },
  ]
}

function showScenario(scenario: string, rows: readonly Throughput[]): Markup {
  const question = questions[scenario] ?? scenario
  // An application of the reader's does not tell the size of its sessions, and was asked in its own way.
  const sized = rows.filter(row => row.sessionBytes !== null)
  const guests = rows.filter(row => row.sessionBytes === null)
  const numbers = (sized.length > 0 ? sized : guests).map(row => row.concurrency)
  const concurrency = numbers.includes(usualConcurrency) ? usualConcurrency : Math.min(...numbers)
  const sessionBytes = Math.min(...sized.map(row => row.sessionBytes))
  const ofSizes = sized.filter(row => row.concurrency === concurrency)
  const ofCrowds = sized.filter(row => row.sessionBytes === sessionBytes)
  const usual = [...ofSizes.filter(row => ofCrowds.includes(row)), ...guests]
  const ofSize = sized.length === 0 ? '' : `sessions of ${bytes(sessionBytes)}, `
  const how = `Scenario ${scenario}, ${concurrency} connections, ${ofSize}${roundsOf(usual[0]?.rounds ?? 1)}. Contenders take turns, \
each beside the app without sessions in the same round; every answer is checked.`
  const isNoisy = usual.some(({ overheadMicros }) => overheadMicros?.min < 0)
  const noise = isNoisy ? ' An overhead below nought is noise.' : ''
  const ownPage = sized.length > 0 && guests.length > 0 ? ownPageOf(guests) : ''
  return html`<h3>${question}</h3>
${showChart(drawCosts(question, usual), how + noise + ownPage + warnOfLoader(usual), `${question} (${scenario})`, usual)}
${showSteps(`${question}, by the size of the session`, ofSizes, 'sessionBytes', bytes, `${concurrency} connections`)}
${showSteps(`${question}, by the number of connections`, ofCrowds, 'concurrency', count, `sessions of ${bytes(sessionBytes)}`)}`
}

function ownPageOf(guests: readonly Throughput[]): string {
  const asked = guests.map(
    ({ contender, concurrency, rounds }) =>
      ` ${contender}: ${count(concurrency)} connections, ${roundsOf(rounds)}, beside the app without sessions of its own run.`,
  )
  return ` What is yours pays for its own page as well as for the session.${asked.join('')}`
}

function drawCosts(question: string, rows: readonly Throughput[]): Markup {
  const rowOf = (contender: string) => rows.find(row => row.contender === contender)
  return drawBars(
    `${question}: overhead, CPU time in its store, and requests per second of each contender`,
    rows,
    [
      {
        title: 'Overhead of a request',
        format: micros,
        spreadOf: contender => rowOf(contender)?.overheadMicros,
      },
      {
        title: 'In its store',
        format: micros,
        spreadOf: contender => asSpread(rowOf(contender)?.storeCpuMicros),
      },
      { title: 'Requests per second', format: count, spreadOf: contender => rowOf(contender)?.rps },
    ],
  )
}

const asSpread = (value: number | null | undefined) => (value == null ? value : spreadOf([value]))

function showSteps(
  title: string,
  rows: readonly Throughput[],
  member: 'sessionBytes' | 'concurrency',
  format: (value: number) => string,
  conditions: string,
): Markup {
  const steps = rows
    .filter(({ contender }) => placeOf(contender).side !== 'limit')
    .map(row => ({ contender: row.contender, at: row[member], value: row.overheadMicros.median }))
  const sizes = [...new Set(steps.map(({ at }) => at))].toSorted((a, b) => a - b)
  if (sizes.length < 2) return nothing
  const how = `Scenario ${rows[0]?.scenario}, ${conditions}. The larger the dot, the more: ${sizes.map(format).join(', ')}. The \
figures are of the smallest and the largest that was measured. Who cannot hold a size is under “Not run”.`
  return html`<h4>${title}</h4>
${showChart(drawSteps(`${title}: overhead of each contender`, 'Overhead of a request, µs', steps, micros), how, title, rows)}`
}
