import type { Scale } from '../results.ts'
import { drawCurves } from './curves.ts'
import { compact, count, figure } from './figures.ts'
import { html } from './markup.ts'
import { type Section, showChart } from './section.ts'

const how =
  'So many users were signed in for real; 1,000 of them read, whatever the number, so that only that makes the difference. ' +
  'The numbers also tell the memory for each session, and how long it takes, and how long the server stands still, until those that expired are gone.'

export function showScale(rows: readonly Scale[]): Section[] {
  const sizes = new Set(rows.map(({ sessions }) => sessions))
  if (rows.length === 0) return []
  const curves = [...Map.groupBy(rows, ({ contender }) => contender)].map(([contender, own]) => ({
    contender,
    points: own
      .map(({ sessions, overheadMicros }) => ({ x: sessions, y: overheadMicros.median }))
      .toSorted((a, b) => a.x - b.x),
  }))
  const isPositive = rows.every(({ overheadMicros }) => overheadMicros.median > 0)
  const span = `${count(Math.min(...sizes))} to ${count(Math.max(...sizes))}`
  const chart = drawCurves(
    `Overhead of a page view with ${span} live sessions, of each contender`,
    curves,
    { scale: 'log', name: 'live sessions', format: compact },
    { scale: isPositive ? 'log' : 'value', name: 'overhead', format: value => `${figure(value)} µs` },
  )
  return [
    {
      id: 'growth',
      title: 'How does it grow?',
      content: html`
<p>The overhead of a page view with ${span} live sessions. A level line is good.</p>
${showChart(chart, how, 'Growth', rows)}`,
    },
  ]
}
