import { type Latency, spreadOf } from '../results.ts'
import { drawBars } from './bars.ts'
import { drawCurves } from './curves.ts'
import { bytes, compact, count, duration, figure } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { type Section, showChart, warnOfLoader } from './section.ts'

export function showLatency(rows: readonly Latency[]): Section[] {
  if (rows.length === 0) return []
  const courses = Map.groupBy(
    rows,
    ({ scenario, sessionBytes, connections }) =>
      `${scenario}, sessions of ${bytes(sessionBytes)}, ${connections} connections`,
  )
  return [
    {
      id: 'latency',
      title: 'How long does an answer take?',
      content: html`
<p>p99: 99 of 100 answers came sooner. Lower is better; where a curve climbs, the server no longer keeps up.</p>
${[...courses].map(([course, rows]) => showCourse(course, rows))}`,
    },
  ]
}

function showCourse(course: string, rows: readonly Latency[]): Markup {
  const how = `Scenario ${course}. Requests are sent at a fixed rate, and each is timed from the moment it was due: one that has to \
wait for another counts in full.`
  const contenders = new Set(rows.map(({ contender }) => contender))
  const chart = rows.length > contenders.size ? drawByRate(rows) : drawPercentiles(rows)
  return showChart(chart, how + warnOfLoader(rows), `Latency (${course})`, rows)
}

function drawByRate(rows: readonly Latency[]): Markup {
  const curves = [...Map.groupBy(rows, ({ contender }) => contender)].map(([contender, own]) => ({
    contender,
    points: own
      .map(({ requestsPerSecond, p99Ms }) => ({ x: requestsPerSecond, y: p99Ms }))
      .toSorted((a, b) => a.x - b.x),
  }))
  const isPositive = rows.every(({ p99Ms }) => p99Ms > 0)
  return drawCurves(
    'p99 of each contender by requests per second',
    curves,
    {
      scale: 'value',
      name: 'requests per second',
      format: compact,
    },
    { scale: isPositive ? 'log' : 'value', name: 'p99', format: duration },
  )
}

/** Of contenders that were each asked at one rate. */
function drawPercentiles(rows: readonly Latency[]): Markup {
  const rate = describeRate(rows)
  const rowOf = (contender: string) => rows.find(row => row.contender === contender)
  const panel = (title: string, member: 'p50Ms' | 'p99Ms' | 'p999Ms') => ({
    title: `${title} ${rate}`,
    format: (value: number) => `${figure(value)} ms`,
    spreadOf(contender: string) {
      const row = rowOf(contender)
      return row === undefined ? undefined : spreadOf([row[member]])
    },
  })
  return drawBars(`p50, p99 and p99.9 of each contender ${rate}`, rows, [
    panel('p50', 'p50Ms'),
    panel('p99', 'p99Ms'),
    panel('p99.9', 'p999Ms'),
  ])
}

function describeRate(rows: readonly Latency[]): string {
  const [rates, shares] = [
    new Set(rows.map(row => row.requestsPerSecond)),
    new Set(rows.map(row => row.shareOfCapacity)),
  ]
  const [[rate = 0], [share]] = [[...rates], [...shares]]
  if (rates.size === 1) return `at ${count(rate)}/s`
  return shares.size === 1 && share !== undefined ? `at ${Math.round(share * 100)} % of its best` : ''
}
