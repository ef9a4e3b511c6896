import type { Reported } from '../html/reported.ts'
import { machineName } from '../publish/machine-name.ts'
import type { Machine, NotRun } from '../results.ts'
import { type AnyFamily, type AnyRow, families } from './families.ts'
import type { Figure, Unrest } from './figures.ts'
import { judge, type Margin, middleOf, type Value } from './judge.ts'
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
  /** What could not be measured now, and could before. */
  readonly lost: readonly NotRun[]
  /** The names of what was measured, with the contenders of which one run has a row and the other none. */
  readonly onlyBefore: ReadonlyMap<string, readonly string[]>
  readonly onlyNow: ReadonlyMap<string, readonly string[]>
}

export function compare(before: Reported, now: Reported): Comparison {
  const isOneMachine = isSame(before.machine, now.machine)
  const unrest = unrestIn(before, now, isOneMachine)
  return {
    isOneMachine,
    unrest: unrest.worst,
    compared: families.flatMap(family => compareFamily(family, before, now, isOneMachine, unrest.of)),
    lost: now.notRun.filter(row => before.notRun.every(other => placeOf(other) !== placeOf(row))),
    onlyBefore: onlyIn(before, now),
    onlyNow: onlyIn(now, before),
  }
}

const isSame = (one: Machine, other: Machine) =>
  machineName(one) === machineName(other) &&
  one.memoryBytes === other.memoryBytes &&
  one.system === other.system

const placeOf = ({ contender, sessionBytes, during }: NotRun) => [contender, sessionBytes, during].join()

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
      const halves = [other, row].map(row => figure.halvesOf?.(row)).filter(halves => halves !== undefined)
      const rounds = Math.min(other.rounds ?? oldRounds, row.rounds ?? oldRounds)
      const judged = (margin: Margin) => judge(was, is, margin, rounds, halves)
      const verdict = judged(figure.margin)
      const noise = figure.noise?.(unrestOf(nameOf(row)), [other, row])
      const isChange = verdict === 'more' || verdict === 'less'
      const isDoubtful = isChange && judged(widened(figure.margin, noise)) !== verdict
      const change = isDoubtful
        ? 'unknown'
        : isChange
          ? verdict === figure.isBetter
            ? 'better'
            : 'worse'
          : verdict
      return [
        { contender: row.contender, measurement: nameOf(row), figure, before: was, now: is, change } as const,
      ]
    })
  })
}

/** Rows of growth do not say how many they are of. */
const oldRounds = 5

const widened = ({ share, amount }: Margin, noise: Partial<Margin> = {}): Margin => ({
  share: Math.max(share, noise.share ?? 0),
  amount: Math.max(amount, noise.amount ?? 0),
})

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
