import type { Latency } from './results.ts'
import { type Column, count, formatTable, wrap } from './table.ts'

/** A column for each rate that is the same for all, and for each share of what a contender answers at its best. */
export function formatLatency(rows: readonly Latency[]): string[] {
  const [first] = rows
  if (first === undefined) return []
  const { scenario, connections, sessionBytes } = first
  const paceOf = ({ shareOfCapacity, requestsPerSecond }: Latency) =>
    shareOfCapacity === undefined ? `at ${count(requestsPerSecond)}/s` : `at ${100 * shareOfCapacity} %`
  const isShare = (pace: string) => pace.endsWith('%')
  const paces = [...new Set(rows.map(paceOf))].toSorted(
    (a, b) => Number(isShare(a)) - Number(isShare(b)) || numberIn(a) - numberIn(b),
  )
  const contenders = [...new Set(rows.map(({ contender }) => contender))]
  const table = formatTable(
    `How long does an answer take at a fixed rate?  (${scenario}, ${connections} connections, ${count(sessionBytes)} B: p50–p99 ms)`,
    contenders,
    [
      { title: 'contender', cell: contender => contender, align: 'left' },
      ...paces.map(
        (pace): Column<string> => ({
          title: pace,
          cell(contender) {
            const row = rows.find(row => row.contender === contender && paceOf(row) === pace)
            return row === undefined ? 'too fast' : `${brief(row.p50Ms)}–${brief(row.p99Ms)}`
          },
        }),
      ),
    ],
  )
  const legend = wrap(
    'Each request is timed from when it was due, whatever kept it waiting (coordinated omission corrected). %: of what the ' +
      'contender answers at its best. too fast: more than 90 % of that.',
  )
  const busy = Math.max(...rows.map(({ loaderBusy }) => loaderBusy))
  const bound = wrap(
    `The load generator used up to ${Math.round(busy * 100)} % of its core: some of the time at the highest rates is its own.`,
  )
  return [table + legend + (busy < 0.9 ? '' : bound)]
}

const numberIn = (pace: string) => Number(pace.replace(/\D/g, ''))
const brief = (ms: number) => ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)
