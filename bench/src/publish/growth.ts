import type { Reported } from '../html/reported.ts'
import type { Scale } from '../results.ts'
import { type Column, count } from '../table.ts'
import { name, overhead } from './costs.ts'
import { emphasise, labelOf } from './labels.ts'
import { markdownTable, micros, unique } from './markdown.ts'

/** What a page view costs, by the number of connections. */
export function writeConnections({ throughput }: Reported): string {
  const reads = throughput.filter(({ contender, scenario }) => contender !== 'none' && scenario === 'read')
  const bytes = Math.min(...reads.map(({ sessionBytes }) => sessionBytes))
  const rows = reads.filter(({ sessionBytes }) => sessionBytes === bytes)
  const numbers = unique(rows.map(({ concurrency }) => concurrency)).toSorted((a, b) => a - b)
  if (numbers.length < 2) return ''
  return markdownTable(unique(rows.map(({ contender }) => contender)), [
    { title: '', cell: labelOf, align: 'left' },
    ...numbers.map(
      (number): Column<string> => ({
        title: `${number} connection${number === 1 ? '' : 's'}`,
        cell: contender =>
          overhead(rows.find(row => row.contender === contender && row.concurrency === number)) || '–',
      }),
    ),
  ])
}

/** How late the slowest in a hundred answers is, at rates that are the same for all. */
export function writeLatency({ latency }: Reported): string {
  const rows = latency.filter(({ shareOfCapacity }) => shareOfCapacity === undefined)
  const rates = unique(rows.map(({ requestsPerSecond }) => requestsPerSecond)).toSorted((a, b) => a - b)
  if (rates.length === 0) return ''
  return markdownTable(unique(latency.map(({ contender }) => contender)), [
    { title: 'p99', cell: labelOf, align: 'left' },
    ...rates.map(
      (rate): Column<string> => ({
        title: `at ${count(rate)} requests/s`,
        cell(contender) {
          const row = rows.find(row => row.contender === contender && row.requestsPerSecond === rate)
          return row === undefined ? 'cannot' : emphasise(contender, `${row.p99Ms.toFixed(1)} ms`)
        },
      }),
    ),
  ])
}

export function writeGrowth({ scale }: Reported): string {
  if (scale.length === 0) return ''
  return markdownTable(scale, [
    name(),
    { title: 'live sessions', cell: row => count(row.sessions) },
    {
      title: 'page view, above no sessions',
      cell: row => emphasise(row.contender, micros(row.overheadMicros)),
    },
    { title: 'p99', cell: row => `${row.p99Ms.toFixed(1)} ms` },
    {
      title: 'memory per session',
      cell: row => (row.sessions < 100_000 ? '' : `${count(row.bytesPerSession)} B`),
    },
    { title: 'all expired: cleared in', cell: formatClearing },
    {
      title: 'longest pause meanwhile',
      cell: ({ clearPauseMs }) => (clearPauseMs === null ? '' : `${clearPauseMs.toFixed(0)} ms`),
    },
  ])
}

const formatClearing = ({ clearMs, clearPauseMs }: Scale) =>
  clearMs === null ? (clearPauseMs === null ? '' : 'not in 20 s') : `${(clearMs / 1000).toFixed(1)} s`
