import type { Reported } from '../html/reported.ts'
import type { Spread } from '../results.ts'
import { type AnyRow, families } from './families.ts'
import type { Unrest } from './figures.ts'

/** Those that all others are related to. */
export const isLimit = ({ contender }: AnyRow) => contender === 'none' || contender === 'resgate-none'

/** How far the machine carried `none` away, in each measurement: within the runs, and between them if it is the same one. */
export function unrestIn(before: Reported, now: Reported, isOneMachine: boolean) {
  const spreadsOf = (results: Reported) =>
    families.flatMap(({ rowsOf, nameOf, rateOf }) =>
      rowsOf(results)
        .filter(isLimit)
        .flatMap(row =>
          rateOf === undefined || row.cpuMicros === undefined
            ? []
            : [{ name: nameOf(row), rate: rateOf(row), cpu: row.cpuMicros }],
        ),
    )
  const runs = [spreadsOf(before), spreadsOf(now)]
  const apart = (name: string, figure: 'rate' | 'cpu') => {
    const perRun = runs.map(rows => rows.filter(row => row.name === name).map(row => row[figure]))
    return Math.max(0, ...(isOneMachine ? [perRun.flat()] : perRun).map(distance))
  }
  const names = [...new Set(runs.flat().map(({ name }) => name))]
  const worst = Math.max(0, ...names.map(name => apart(name, 'rate')))
  const of = (name: string): Unrest => ({ rate: apart(name, 'rate'), cpu: apart(name, 'cpu'), worst })
  return { worst, of }
}

/** From the least to the most, as a share of the least. */
function distance(spreads: readonly Spread[]): number {
  if (spreads.length === 0) return 0
  return Math.max(...spreads.map(({ max }) => max)) / Math.min(...spreads.map(({ min }) => min)) - 1
}
