const maxMs = 2 ** 31 - 1

export type Stop = () => void

/** All that a client ever waits for. */
export interface Alarms {
  readonly isClosed: boolean
  after(ms: number, work: () => void): Stop
  /** Forgets all. From then on work is done at once: what waits must end, and nothing may begin again. */
  close(): void
}

export interface Timers {
  setTimeout(work: () => void, ms: number): unknown
  clearTimeout(timer: never): void
}

export function createAlarms(timers: Timers): Alarms {
  const stops = new Set<Stop>()
  const alarms = {
    isClosed: false,
    after(ms: number, work: () => void): Stop {
      if (alarms.isClosed) {
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
      alarms.isClosed = true
      for (const stop of stops) stop()
    },
  }
  return alarms
}
