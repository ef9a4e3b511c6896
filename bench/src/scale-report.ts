import type { Scale } from './results.ts'
import { count, formatTable, wrap } from './table.ts'

export function formatScale(rows: readonly Scale[]): string[] {
  if (rows.length === 0) return []
  const table = formatTable('How does it grow?  (read)', rows, [
    { title: 'contender', cell: row => row.contender, align: 'left' },
    { title: 'sessions', cell: row => count(row.sessions) },
    { title: 'overhead µs', cell: row => row.overheadMicros.median.toFixed(1) },
    { title: 'p99 ms', cell: row => row.p99Ms.toFixed(2) },
    { title: 'bytes each', cell: row => (row.sessions < 100_000 ? '' : count(row.bytesPerSession)) },
    { title: 'cleared in ms', cell: row => formatClearing(row) },
    { title: 'longest pause ms', cell: row => row.clearPauseMs?.toFixed(1) ?? '' },
  ])
  const legend = wrap(
    'bytes each: resident memory of the server process per session, from 100,000 on. Cookies hold their sessions ' +
      'themselves: with more than 10,000 nothing would change.',
  )
  return [table + legend]
}

const formatClearing = ({ clearMs, clearPauseMs }: Scale) =>
  clearMs === null ? (clearPauseMs === null ? '' : 'never') : count(clearMs)
