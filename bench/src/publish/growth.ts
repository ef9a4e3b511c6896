import type { Reported } from '../html/reported.ts'
import type { Scale } from '../results.ts'
import { type Column, count } from '../table.ts'
import { overhead } from './costs.ts'
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

/** What a page view costs, by the number of sessions that live; then, of the largest, what is left to say. */
export function writeGrowth({ scale }: Reported): string {
  const sizes = unique(scale.map(({ sessions }) => sessions)).toSorted((a, b) => a - b)
  if (sizes.length === 0) return ''
  const contenders = [...Map.groupBy(scale, ({ contender }) => contender).values()]
  const largestOf = (rows: readonly Scale[]) => rows.toSorted((a, b) => b.sessions - a.sessions)[0] as Scale
  const ofLargest = (cell: (row: Scale) => string) => (rows: readonly Scale[]) => cell(largestOf(rows))
  return markdownTable(contenders, [
    { title: '', cell: ofLargest(({ contender }) => labelOf(contender)), align: 'left' },
    ...sizes.map(
      (size): Column<readonly Scale[]> => ({
        title: count(size),
        cell(rows) {
          const row = rows.find(({ sessions }) => sessions === size)
          return row === undefined ? '' : emphasise(row.contender, micros(row.overheadMicros))
        },
      }),
    ),
    { title: 'memory per session', cell: ofLargest(formatMemory) },
    { title: 'all expired: cleared in', cell: ofLargest(formatClearing) },
    {
      title: 'longest pause meanwhile',
      cell: ofLargest(({ clearPauseMs }) => (clearPauseMs === null ? '' : `${clearPauseMs.toFixed(0)} ms`)),
    },
  ])
}

/** Of few, what the process keeps in reserve is more than what they take up; it may even have less than before. */
const formatMemory = ({ sessions, bytesPerSession }: Scale) =>
  sessions < 100_000 ? '' : `${count(Math.max(0, bytesPerSession))} B`

const formatClearing = ({ clearMs, clearPauseMs }: Scale) =>
  clearMs === null ? (clearPauseMs === null ? '' : 'not in 20 s') : `${(clearMs / 1000).toFixed(1)} s`
