import { spreadOf, type Throughput } from './results.ts'
import { wrap } from './table.ts'

/** Of an overhead below that, a share would be a share of nothing. */
const leastMicros = 2
const mostShare = 0.1
const mostNames = 4

/** How far the first half of the rounds is from the rest: what another run might say. Nothing for a single round. */
export function formatSpreads(rows: readonly Throughput[]): string {
  const spreads = rows
    .map(row => ({ contender: row.contender, share: spreadOfHalves(row) }))
    .filter((spread): spread is { contender: string; share: number } => spread.share !== null)
  if (spreads.length === 0) return ''
  const { median, max } = spreadOf(spreads.map(({ share }) => share))
  const wide = spreads.filter(({ share }) => share > mostShare).toSorted((a, b) => b.share - a.share)
  const names = wide.slice(0, mostNames).map(({ contender, share }) => `${contender} ${percent(share)}`)
  const more = wide.length > mostNames ? ` and ${wide.length - mostNames} more` : ''
  const unrest = unrestOf(rows)
  const warning =
    wide.length === 0
      ? ''
      : wrap(
          `WARNING: above ${percent(mostShare)}: ${names.join(', ')}${more}.${unrest} Or take more rounds (--rounds).`,
        )
  return (
    wrap(
      `Run to run: between the first half of the rounds and the rest, overheads differ by ${percent(median)} in the ` +
        `median, by ${percent(max)} at most.`,
    ) + warning
  )
}

/** What other work did to the machine meanwhile: "none" does the same each time. */
function unrestOf(rows: readonly Throughput[]): string {
  const none = rows.find(({ contender }) => contender === 'none')
  if (none === undefined) return ''
  const [least, most] = [none.cpuMicros.min, none.cpuMicros.max].map(micros => micros.toFixed(0))
  return ` Even none took ${least} to ${most} µs: have the machine do nothing else.`
}

/** The difference of the two medians, as a share of their mean size; null if there is none, or it would say nothing. */
export function spreadOfHalves({ overheadHalves }: Pick<Throughput, 'overheadHalves'>): number | null {
  if (overheadHalves === undefined) return null
  const [first, second] = overheadHalves
  const mean = (Math.abs(first) + Math.abs(second)) / 2
  return mean < leastMicros ? null : Math.abs(first - second) / mean
}

const percent = (share: number) => `${Math.round(100 * share)} %`
