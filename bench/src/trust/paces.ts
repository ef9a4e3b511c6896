import { plantedName } from '../contenders.ts'
import { measurePaced } from '../latency.ts'
import { warmUpByReading } from '../throughput.ts'
import { stalledShare, stallMs } from './plants/stall.ts'
import { readsNear } from './reading.ts'
import type { Check } from './stand.ts'

/** So few connections that those who wait for an answer are less than 1 in 100 of those who should have asked meanwhile. */
const effort = { concurrency: 2, sessionBytes: 200, seconds: 6 }
const requestsPerSecond = 400

/** A generator that waits before it asks again would hide them. */
export const stalls: Check = {
  name: 'stalls',
  read: stand =>
    stand.with([plantedName('memory', 'stall')], async server => {
      const { p50Ms, p99Ms } = await measurePaced(server, requestsPerSecond, stand.loader, effort)
      const longest = stallMs * (1 - 0.01 / stalledShare)
      return [
        readsNear(
          'a stall of 500 ms each 1.5 s, at a fixed rate: p99, ms',
          longest,
          50,
          p99Ms,
          'makes it more',
        ),
        readsNear('the same: p50, ms', 0, 50, p50Ms, 'makes it more'),
      ]
    }),
}

/** Of as few requests as a run ever has: what the generator adds when it starts would show. */
export const evenPace: Check = {
  name: 'an even pace',
  read: stand =>
    stand.with(['none'], async server => {
      const sized = { ...effort, concurrency: 32, warmUp: 15_000, seconds: 0.3 }
      await warmUpByReading(server, stand.loader, sized)
      const { p99Ms } = await measurePaced(server, 2000, stand.loader, sized)
      return [readsNear('nothing: at a fixed rate, p99, ms', 0, 10, p99Ms, 'makes it more')]
    }),
}
