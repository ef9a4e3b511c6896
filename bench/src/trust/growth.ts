import { type ContenderName, plantedName } from '../contenders.ts'
import type { Scale } from '../results.ts'
import { measureScale } from '../scale.ts'
import { leakBytes } from './plants/leak.ts'
import { pauseMs } from './plants/pause.ts'
import { readsExactly, readsNear } from './reading.ts'
import type { Check, Stand } from './stand.ts'

const effort = { rounds: 1, seconds: 0.1, warmUp: 1, concurrency: 32, sessionBytes: 200 }

const grow = (stand: Stand, contender: ContenderName, sessions: number): Promise<Scale> =>
  stand.with(['none'], async none => {
    const { places, loader } = stand
    const [row] = await measureScale(contender, places, [sessions], none, loader, effort, () => {})
    return row as Scale
  })

/** Resident memory is rough: with so many sessions, a leak of this size shows well above what the heap has in reserve. */
export const leak: Check = {
  name: 'a leak',
  async read(stand) {
    const sessions = 100_000
    const plain = await grow(stand, 'memory', sessions)
    const leaking = await grow(stand, plantedName('memory', 'leak'), sessions)
    const measured = leaking.bytesPerSession - plain.bytesPerSession
    return [
      readsNear(
        'a leak in each of 100,000 sessions: bytes per session',
        leakBytes,
        150,
        measured,
        'makes it more or less',
      ),
    ]
  },
}

export const lingering: Check = {
  name: 'sessions never cleared',
  async read(stand) {
    const { clearMs } = await grow(stand, plantedName('memory', 'lingering'), 100)
    return [
      readsExactly('1 session of 100 never goes: all gone', 'never', clearMs === null ? 'never' : 'gone'),
    ]
  },
}

export const pause: Check = {
  name: 'a pause',
  async read(stand) {
    const { clearPauseMs } = await grow(stand, plantedName('memory', 'pause'), 100)
    return [
      readsNear(
        'a pause while sessions are cleared out, ms',
        pauseMs,
        pauseMs * 0.2,
        Number(clearPauseMs),
        'makes it more',
      ),
    ]
  },
}
