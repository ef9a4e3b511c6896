import { plantedName } from '../contenders.ts'
import { measureThroughput, type Scenario, scenarios } from '../throughput.ts'
import { measureBurn } from './burn.ts'
import { busyMicros } from './plants/busy-loop.ts'
import { delayMs } from './plants/delay.ts'
import { extraBytes } from './plants/larger-answer.ts'
import { readsExactly, readsNear } from './reading.ts'
import type { Check } from './stand.ts'

const [read] = scenarios as [Scenario]
const effort = { concurrency: 32, sessionBytes: 200, warmUp: 15_000 }

/** Beside the same contender without it, which takes the place of `none`. */
export const busyLoop: Check = {
  name: 'a busy loop',
  read: stand =>
    stand.with(['memory', plantedName('memory', 'busy-loop')], async (...servers) => {
      const sized = { ...effort, rounds: 5, seconds: 1 }
      const [, busy] = await measureThroughput(read, servers, stand.loader, sized, () => {})
      const { overheadMicros } = busy as NonNullable<typeof busy>
      return [
        readsNear(
          'a busy loop: itself, by the clock on the wall, µs',
          busyMicros,
          5,
          measureBurn(busyMicros),
          'makes it more',
        ),
        readsNear(
          'a busy loop for each page: overhead, µs',
          busyMicros,
          15,
          overheadMicros.median,
          'makes it more or less',
        ),
      ]
    }),
}

/** Late answers on 32 connections set the pace, and not the processor. */
export const delay: Check = {
  name: 'late answers',
  read: stand =>
    stand.with(['memory', plantedName('memory', 'delay')], async (...servers) => {
      const sized = { ...effort, rounds: 1, seconds: 4, warmUp: 1 }
      const [, late] = await measureThroughput(read, servers, stand.loader, sized, () => {})
      const { p50Ms, rps } = late as NonNullable<typeof late>
      const perSecond = (effort.concurrency * 1000) / delayMs
      return [
        readsNear('each answer is late: p50, ms', delayMs, delayMs * 0.2, p50Ms, 'makes it more'),
        readsNear('the same: requests per second', perSecond, perSecond * 0.2, rps.median, 'makes it less'),
      ]
    }),
}

export const largerAnswer: Check = {
  name: 'a larger answer',
  read: stand =>
    stand.with(['memory', plantedName('memory', 'larger-answer')], async (...servers) => {
      const sized = { ...effort, rounds: 1, seconds: 0.2, warmUp: 1 }
      const [plain, large] = await measureThroughput(read, servers, stand.loader, sized, () => {})
      const measured = Number(large?.responseBytes) - Number(plain?.responseBytes)
      return [readsExactly('a header more in each answer, bytes', extraBytes, measured)]
    }),
}
