import type { Reported } from '../html/reported.ts'
import type { NotRun } from '../results.ts'
import { type Column, count, formatTable, wrap } from '../table.ts'
import { type Compared, type Comparison, compare, format } from './compare.ts'
import { rule } from './judge.ts'

/** Two runs beside each other: first what changed, in words, then all figures. */
export function compareResults(before: Reported, now: Reported): string {
  const comparison = compare(before, now)
  const { compared, isOneMachine, unrest } = comparison
  const tables = Map.groupBy(compared, ({ measurement }) => measurement)
  return [
    `${formatAnswer(comparison)}${unrest > restless ? wrap(describeUnrest(unrest)) : ''}`,
    `${wrap(`Before: ${describeRun(before)}.`)}${wrap(`Now: ${describeRun(now)}.`)}${
      isOneMachine ? '' : wrap(otherMachine)
    }`,
    ...[...tables].map(([measurement, rows]) => formatMeasurement(measurement, rows)),
    ...formatOnly('Only before', comparison.onlyBefore),
    ...formatOnly('Only now', comparison.onlyNow),
    ...(compared.length > 0 ? [wrap(rule)] : []),
  ].join('\n')
}

/** From here on it is told: on a machine of one's own, rounds are closer. */
const restless = 0.25

const describeUnrest = (unrest: number) =>
  `The machine was not at rest: none itself, which has no sessions, varied by up to ${count(100 * unrest)} %. What changed ` +
  'less cannot be told from that (?). Run them again on a quiet machine.'

const otherMachine =
  'These are different machines, or systems: only ratios are compared, as those to none and of clients, and what is counted. CPU times, ' +
  'times to come back and memory are not; and a ratio, too, may differ by the machine.'

function formatAnswer({ compared, lost }: Comparison): string {
  if (compared.length + lost.length === 0)
    return wrap('The two runs have nothing in common that could be compared.')
  const [worse = [], better = [], unknown = []] = (['worse', 'better', 'unknown'] as const).map(change =>
    compared.filter(row => row.change === change),
  )
  const known = compared.length - unknown.length + lost.length
  const takes = 'that takes five rounds in both runs, and a machine at rest.'
  const doubt = unknown.length === 0 ? '' : ` Of ${count(unknown.length)} more it cannot be told: ${takes}`
  const worseCount = worse.length + lost.length
  const changed = worseCount + better.length
  const head =
    known === 0
      ? `What changed cannot be told from the noise: ${takes}`
      : changed === 0
        ? `Nothing changed beyond the noise, of ${count(known)} figures.${doubt}`
        : `Of ${count(known)} figures, ${count(worseCount)} got worse and ${better.length} better, beyond the noise.${doubt}`
  return [
    wrap(head),
    ...lost.map(describeLost),
    ...describeChanges('WORSE', worse),
    ...describeChanges('better', better),
  ].join('')
}

function describeLost({ contender, sessionBytes, during, reason }: NotRun): string {
  const what = [contender, during, sessionBytes && `${count(sessionBytes)} B`].filter(Boolean).join(', ')
  return wrap(`WORSE  ${what}: not measured (${reason.replace(/\.$/, '')}).`)
}

/** In a line for each contender and measurement. */
function describeChanges(title: string, rows: readonly Compared[]): string[] {
  const groups = Map.groupBy(rows, ({ contender, measurement }) => `${contender}, ${measurement}`)
  return [...groups].map(([name, changes]) => wrap(`${title}  ${name}: ${changes.map(describe).join('; ')}.`))
}

function describe(row: Compared): string {
  const [before, now] = format(row)
  return `${row.figure.title} ${before} → ${now}`
}

/** A column for each figure; and what became of them. */
function formatMeasurement(measurement: string, rows: readonly Compared[]): string {
  const lines = [...Map.groupBy(rows, ({ contender }) => contender)]
  const figures = [...new Set(rows.map(({ figure }) => figure))]
  return formatTable(`${measurement}: before → now`, lines, [
    { title: 'contender', cell: ([contender]) => contender, align: 'left' },
    ...figures.map(
      (figure): Column<(typeof lines)[number]> => ({
        title: figure.title,
        cell([, rows]) {
          const row = rows.find(row => row.figure === figure)
          return row === undefined ? '' : formatBoth(row)
        },
      }),
    ),
    { title: '', cell: ([, rows]) => sum(rows), align: 'left' },
  ])
}

function formatBoth(row: Compared): string {
  const [before, now] = format(row)
  return before === now ? now : `${before} → ${now}`
}

function sum(rows: readonly Compared[]): string {
  const changes = new Set(rows.map(({ change }) => change))
  if (changes.has('worse')) return changes.has('better') ? 'both' : 'WORSE'
  return changes.has('better') ? 'better' : changes.has('unknown') ? '?' : ''
}

/** What the other run does not have: the measurements that lack the same contenders in a line. */
const formatOnly = (title: string, only: Comparison['onlyNow']): string[] =>
  [...Map.groupBy(only, ([, contenders]) => contenders.join(', '))].map(([contenders, measurements]) =>
    wrap(`${title}: ${measurements.map(([name]) => name).join('; ')}: ${contenders}.`),
  )

function describeRun({ commit, date, machine, options }: Reported): string {
  const asked = options ? `, ${options}` : ''
  const day = date.slice(0, 16).replace('T', ' ')
  return `commit ${commit}, ${day}${asked}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}`
}
