import { createHistogram } from 'node:perf_hooks'

/** What a load generator of ours did. */
export interface TimedReport {
  readonly done: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The share of its core that the load generator used. */
  readonly loaderBusy: number
  /** The first wrong answer, in words. */
  readonly wrong: string | null
}

export type Timed = (act: () => Promise<unknown>) => Promise<void>

/** Lets `perform` time as many acts as it likes, until it ends or throws. */
export async function reportTimed(perform: (timed: Timed) => Promise<void>): Promise<TimedReport> {
  const latency = createHistogram()
  let wrong: string | null = null
  const timed: Timed = async act => {
    const startedAt = performance.now()
    await act()
    latency.record(Math.max(1, Math.round((performance.now() - startedAt) * 1000)))
  }
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  try {
    await perform(timed)
  } catch (error) {
    wrong = (error as Error).message
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const seconds = (performance.now() - startedAt) / 1000
  return {
    done: latency.count,
    seconds,
    p50Ms: latency.percentile(50) / 1000,
    p99Ms: latency.percentile(99) / 1000,
    loaderBusy: (user + system) / 1e6 / seconds,
    wrong,
  }
}

/** `items` for so many at a time, each of which has its own and takes one after the other until the time is over. */
export async function takeTurns<T>(
  items: readonly T[],
  { concurrency, seconds }: { readonly concurrency: number; readonly seconds: number },
  act: (item: T) => Promise<void>,
): Promise<void> {
  const end = performance.now() + seconds * 1000
  const count = Math.min(concurrency, items.length)
  const lanes = Array.from({ length: count }, (_, lane) => items.filter((_, index) => index % count === lane))
  await Promise.all(
    lanes.map(async own => {
      for (let turn = 0; turn === 0 || performance.now() < end; turn++) await act(own[turn % own.length] as T)
    }),
  )
}
