import { createClient } from 'redis'
import { readRedisAccount } from '../redis-account.ts'
import { tap } from '../round-trips.ts'
import { measureThroughput, type Scenario, scenarios } from '../throughput.ts'
import { type Reading, readsNear } from './reading.ts'
import type { Check } from './stand.ts'

const [read] = scenarios as [Scenario]
const effort = { concurrency: 32, sessionBytes: 200, rounds: 1, seconds: 2, warmUp: 5000 }
/** Of the kernel's account of a process: one each time it is read, and one to spare. */
const ticksMs = 30
const values = 100
const valueBytes = 10_000
/** For asking. */
const spareKb = 20

/** Redis keeps an account of its own. Of another's, only the bytes are known. */
export const inRedis: Check = {
  name: 'what Redis does',
  read: stand =>
    stand.with(['none', 'redis'], async (none, redis) => {
      const readings = [await readBytes(redis.store)]
      if (redis.storePids.length === 0) return readings
      const [own, seen] = [await readRedisAccount(redis.store), await redis.usage()]
      await measureThroughput(read, [none, redis], stand.loader, effort, () => {})
      const [seenLater, ownLater] = [await redis.usage(), await readRedisAccount(redis.store)]
      const planted = Math.round((ownLater.cpuMicros - own.cpuMicros) / 1000)
      const measured = (Number(seenLater.storeCpuMicros) - Number(seen.storeCpuMicros)) / 1000
      const what = 'Redis under load, by its own account: CPU time, ms'
      return [...readings, readsNear(what, planted, ticksMs, measured, 'makes it more or less')]
    }),
}

async function readBytes(store: string): Promise<Reading> {
  await using wire = await tap(store)
  const client = createClient({ url: wire.address })
  await client.connect()
  try {
    const [own, seen] = [await readRedisAccount(store), wire.bytes()]
    for (let n = 0; n < values; n++) await client.echo('x'.repeat(valueBytes))
    const [ownLater, seenLater] = [await readRedisAccount(store), wire.bytes()]
    const planted = Math.round((ownLater.bytes - own.bytes) / 1000)
    return readsNear(
      '1 MB to Redis and back, by its own account: on the wire, KB',
      planted,
      spareKb,
      (seenLater - seen) / 1000,
      'makes it more or less',
    )
  } finally {
    client.destroy()
  }
}
