/** A clock and its timers, which only tests turn. */
export interface Time {
  readonly now: () => number
  readonly timers: { setTimeout(work: () => void, ms: number): unknown; clearTimeout(timer: never): void }
  /** How long until each timer that is set, in milliseconds, soonest first. */
  readonly pending: number[]
  advance(ms: number): void
}

/** Starts in the year 2100, so that no server that looks at a clock of its own finds anything expired. */
export function createTime(): Time {
  let time = Date.UTC(2100, 0, 1)
  const timers = new Map<object, { readonly at: number; work(): void }>()
  const sorted = () => [...timers].sort(([, a], [, b]) => a.at - b.at)
  return {
    now: () => time,
    timers: {
      setTimeout(work, ms) {
        const timer = {}
        timers.set(timer, { at: time + ms, work })
        return timer
      },
      clearTimeout: timer => void timers.delete(timer),
    },
    get pending() {
      return sorted().map(([, { at }]) => at - time)
    },
    advance(ms) {
      const end = time + ms
      for (;;) {
        const [first] = sorted()
        if (first === undefined || first[1].at > end) break
        time = first[1].at
        timers.delete(first[0])
        first[1].work()
      }
      time = end
    },
  }
}
