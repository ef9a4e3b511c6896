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

/** `unknown`: of fewer than three rounds, whose spread says nothing of the noise. */
export type Verdict = 'more' | 'less' | 'same' | 'unknown'

const fewestRounds = 3
/** Standard errors of the difference between two shares. */
const shareErrors = 3

export const isSpread = (value: Value): value is Spread => typeof value === 'object' && 'median' in value
const isShare = (value: Value): value is Share => typeof value === 'object' && 'whole' in value

/** The rule, for the reader. */
export const rule =
  'Changed is what differs by more than the noise. Of rates and CPU times: the rounds of the two runs do not overlap (min–max), ' +
  'and the medians differ by more than 5 % of a ratio to none, or 10 % and 1 µs of the CPU time above none, and by more than ' +
  'none itself varied from round to round. Who is still signed in: by more than three standard errors of so many clients, or ' +
  'all in one run and not in the other. What was measured once, as times to come back and memory, by half and more.'

/** What became of `before`, beyond the noise. `rounds`: of the run that has fewer. */
export function judge(before: Value, now: Value, { share, amount }: Margin, rounds: number): Verdict {
  if (isShare(before) && isShare(now)) return judgeShares(before, now)
  if (isSpread(before) && isSpread(now)) {
    if (rounds < fewestRounds || [before, now].some(({ min, max }) => min === max)) return 'unknown'
    if (before.min <= now.max && now.min <= before.max) return 'same'
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
