import { platform } from 'node:os'
import { createClient } from 'redis'
import { plantedName } from '../contenders.ts'
import { measureThroughput, type Scenario, scenarios } from '../throughput.ts'
import { type Reading, readsNear } from './reading.ts'
import type { Check } from './stand.ts'

const [read] = scenarios as [Scenario]
const effort = { concurrency: 32, sessionBytes: 200, rounds: 2, seconds: 1, warmUp: 1 }
const what = 'a script in Redis for each page: CPU time of the store, µs'

/** Redis keeps an account of its own. */
export const busyStore: Check = {
  name: 'a busy store',
  read: stand =>
    stand.with(['none', plantedName('redis', 'busy-store')], async (none, busy) => {
      if (platform() !== 'linux' || process.env.REDIS_URL) return [unknown]
      const before = await readAccount(busy.store)
      const [, row] = await measureThroughput(read, [none, busy], stand.loader, effort, () => {})
      const later = await readAccount(busy.store)
      const planted = Math.round((later.cpuMicros - before.cpuMicros) / (later.scripts - before.scripts))
      const tolerance = Math.round(planted / 10)
      return [readsNear(what, planted, tolerance, Number(row?.storeCpuMicros), 'makes it more or less')]
    }),
}

const unknown: Reading = {
  what,
  planted: '',
  measured: 'only on Linux, of our own Redis',
  isRight: true,
  canBeNoise: false,
}

async function readAccount(store: string): Promise<{ cpuMicros: number; scripts: number }> {
  const client = await createClient({ url: store }).connect()
  try {
    const info = await client.info('everything')
    const numberIn = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? 0)
    const seconds = numberIn(/^used_cpu_user:(.+)/m) + numberIn(/^used_cpu_sys:(.+)/m)
    return { cpuMicros: seconds * 1e6, scripts: numberIn(/^cmdstat_eval:calls=(\d+)/m) }
  } finally {
    client.destroy()
  }
}
