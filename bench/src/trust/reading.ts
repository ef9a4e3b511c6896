/** What was planted, and what the harness reported of it. */
export interface Reading {
  readonly what: string
  readonly planted: string
  readonly measured: string
  readonly isRight: boolean
  /** Whether other work on the machine can have made it read so. */
  readonly canBeNoise: boolean
  /** What the harness said, in words. */
  readonly note?: string
}

/** What other work on the machine does to a figure. */
type Noise = 'makes it more' | 'makes it less' | 'makes it more or less'

/** A number that is right if it is no further from `planted` than `tolerance`. */
export function readsNear(
  what: string,
  planted: number,
  tolerance: number,
  measured: number,
  noise: Noise,
): Reading {
  const digits = tolerance < 1 ? 2 : tolerance < 20 ? 1 : 0
  return {
    what,
    planted: `${planted} ± ${tolerance}`,
    measured: measured.toFixed(digits),
    isRight: Math.abs(measured - planted) <= tolerance,
    canBeNoise: noise === 'makes it more or less' || measured > planted === (noise === 'makes it more'),
  }
}

/** What counts is as planted, whatever else the machine does. */
export function readsExactly(what: string, planted: string | number, measured: string | number): Reading {
  return {
    what,
    planted: String(planted),
    measured: String(measured),
    isRight: measured === planted,
    canBeNoise: false,
  }
}
