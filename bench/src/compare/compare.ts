import type { Reported } from '../html/reported.ts'
import { machineName } from '../publish/machine-name.ts'
import { type AnyFamily, type AnyRow, families } from './families.ts'
import type { Figure, Unrest } from './figures.ts'
import { judge, middleOf, type Value } from './judge.ts'
import { isLimit, unrestIn } from './unrest.ts'

/** What one figure of a contender was, and is. */
export interface Compared {
  readonly contender: string
  readonly measurement: string
  readonly figure: Figure<AnyRow>
  readonly before: Value
  readonly now: Value
  readonly change: 'better' | 'worse' | 'same' | 'unknown'
}

export interface Comparison {
  readonly isOneMachine: boolean
  /** How far apart the rounds of `none` are, where that is worst. */
  readonly unrest: number
  readonly compared: readonly Compared[]
  /** The names of what was measured, with the contenders of which one run has a row and the other none. */
  readonly onlyBefore: ReadonlyMap<string, readonly string[]>
  readonly onlyNow: ReadonlyMap<string, readonly string[]>
}

export function compare(before: Reported, now: Reported): Comparison {
  const isOneMachine = machineName(before.machine) === machineName(now.machine)
  const unrest = unrestIn(before, now, isOneMachine)
  return {
    isOneMachine,
    unrest: unrest.worst,
    compared: families.flatMap(family => compareFamily(family, before, now, isOneMachine, unrest.of)),
    onlyBefore: onlyIn(before, now),
    onlyNow: onlyIn(now, before),
  }
}

function compareFamily(
  { rowsOf, nameOf, figures }: AnyFamily,
  before: Reported,
  now: Reported,
  isOneMachine: boolean,
  unrestOf: (measurement: string) => Unrest,
): Compared[] {
  const earlier = keyed(rowsOf(before), nameOf)
  const comparable = figures.filter(({ isAbsolute }) => isOneMachine || !isAbsolute)
  return rowsOf(now).flatMap(row => {
    const other = earlier.get(keyOf(row, nameOf))
    if (other === undefined || isLimit(row)) return []
    return comparable.flatMap(figure => {
      const [was, is] = [figure.of(other), figure.of(row)]
      if (was == null || is == null) return []
      const { share, amount } = figure.margin
      const noise = figure.noise?.(unrestOf(nameOf(row)), [other, row])
      const margin = {
        share: Math.max(share, noise?.share ?? 0),
        amount: Math.max(amount, noise?.amount ?? 0),
      }
      const verdict = judge(was, is, margin, Math.min(other.rounds ?? 3, row.rounds ?? 3))
      const isChange = verdict === 'more' || verdict === 'less'
      const change = isChange ? (verdict === figure.isBetter ? 'better' : 'worse') : verdict
      return [
        { contender: row.contender, measurement: nameOf(row), figure, before: was, now: is, change } as const,
      ]
    })
  })
}

const keyOf = (row: AnyRow, nameOf: AnyFamily['nameOf']) => `${row.contender}\n${nameOf(row)}`

const keyed = (rows: readonly AnyRow[], nameOf: AnyFamily['nameOf']) =>
  new Map(rows.map(row => [keyOf(row, nameOf), row]))

function onlyIn(one: Reported, other: Reported): Map<string, string[]> {
  const only = new Map<string, string[]>()
  for (const { rowsOf, nameOf } of families) {
    const known = keyed(rowsOf(other), nameOf)
    for (const row of rowsOf(one)) {
      if (known.has(keyOf(row, nameOf))) continue
      only.set(nameOf(row), [...(only.get(nameOf(row)) ?? []), row.contender])
    }
  }
  return only
}

export const format = ({ figure, before, now }: Compared) =>
  [before, now].map(value => figure.format(middleOf(value))) as [string, string]
