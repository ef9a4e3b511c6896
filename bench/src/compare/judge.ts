import { isSpread } from '../html/figures.ts'
import type { Spread } from '../results.ts'

/** Of so many, so many. */
export interface Share {
  readonly part: number
  readonly whole: number
}

export type Value = Spread | Share | number

/** Changes of no more than this are noise, whatever else is known. */
export interface Margin {
  /** Of the smaller value. */
  readonly share: number
  readonly amount: number
}

/** Medians of the first half of the rounds and of the rest, of both runs: see `overheadHalves`. */
export type Halves = readonly (readonly [number, number])[]

/** `unknown`: of too few rounds, whose spread says nothing of the noise. */
export type Verdict = 'more' | 'less' | 'same' | 'unknown'

/** For ranges to tell: of fewer, they miss each other by chance. */
const fewestRounds = 5
/** For halves to tell. From here on ranges are so wide that they hide what changed. */
const fewestForHalves = 6
/** Standard errors of the difference between two shares. */
const shareErrors = 3

const isShare = (value: Value): value is Share => typeof value === 'object' && 'whole' in value

/** The rule, for the reader. */
export const rule =
  'Changed is what differs by more than the noise. Of CPU times above none: the medians differ by more than the first half of the ' +
  'rounds does from the rest, in either run, and by more than 10 % and 1 µs. Of ratios to none, and where there are no halves: the ' +
  'rounds of the two runs do not overlap (min–max), and the medians of a ratio differ by more than 5 %. What is less than none ' +
  'itself varied from round to round cannot be told. Who is still signed in: by more than three standard errors of so many clients, or ' +
  'all in one run and not in the other. What has no spread, as times to come back, memory and the CPU time of a store, by half and more.'

/** What became of `before`, beyond the noise. `rounds`: of the run that has fewer. */
export function judge(
  before: Value,
  now: Value,
  { share, amount }: Margin,
  rounds: number,
  halves: Halves = [],
): Verdict {
  if (isShare(before) && isShare(now)) return judgeShares(before, now)
  if (isSpread(before) && isSpread(now)) {
    if (rounds < fewestRounds || [before, now].some(({ min, max }) => min === max)) return 'unknown'
    const isNoise =
      halves.length === 2 && rounds >= fewestForHalves
        ? Math.abs(now.median - before.median) <= Math.max(...halves.map(([one, two]) => Math.abs(one - two)))
        : before.min <= now.max && now.min <= before.max
    if (isNoise) return 'same'
  }
  const [earlier, later] = [middleOf(before), middleOf(now)]
  const smaller = Math.min(Math.abs(earlier), Math.abs(later))
  const isChanged = Math.abs(later - earlier) > Math.max(share * smaller, amount)
  return isChanged ? direction(later - earlier) : 'same'
}

function judgeShares(before: Share, now: Share): Verdict {
  const difference = middleOf(now) - middleOf(before)
  const pooled = (before.part + now.part) / (before.whole + now.whole)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.whole + 1 / now.whole))
  const wasWhole = [before, now].some(({ part, whole }) => part === whole)
  const isChanged = difference !== 0 && (wasWhole || Math.abs(difference) > shareErrors * error)
  return isChanged ? direction(difference) : 'same'
}

const direction = (difference: number): Verdict => (difference > 0 ? 'more' : 'less')

/** That by which it is compared: the median, the share, or itself. */
export const middleOf = (value: Value): number =>
  isSpread(value) ? value.median : isShare(value) ? value.part / value.whole : value
