/** A clock that only tests turn. */
export interface Clock {
  /** Milliseconds since the epoch. Can be passed on as it is. */
  readonly now: () => number
  advance(ms: number): void
}

/** Starts in the year 2100, so that no server that looks at a clock of its own finds anything expired. */
export function createClock(start = Date.UTC(2100, 0, 1)): Clock {
  let time = start
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
  }
}
