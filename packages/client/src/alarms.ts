const maxMs = 2 ** 31 - 1

export type Stop = () => void

/** All that a client ever waits for. */
export interface Alarms {
  after(ms: number, work: () => void): Stop
  /** Forgets all. From then on nothing waits: work is done at once. */
  close(): void
}

export interface Timers {
  setTimeout(work: () => void, ms: number): unknown
  clearTimeout(timer: never): void
}

export function createAlarms(timers: Timers): Alarms {
  const stops = new Set<Stop>()
  let isClosed = false
  return {
    after(ms, work) {
      if (isClosed) {
        queueMicrotask(work)
        return () => {}
      }
      const timer = timers.setTimeout(
        () => {
          stops.delete(stop)
          work()
        },
        Math.min(ms, maxMs),
      )
      const stop = () => {
        stops.delete(stop)
        timers.clearTimeout(timer as never)
      }
      stops.add(stop)
      return stop
    },
    close() {
      isClosed = true
      for (const stop of stops) stop()
    },
  }
}
