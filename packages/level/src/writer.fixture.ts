import { writeSync } from 'node:fs'
import { createRecord, hourMs, minuteMs } from '@sojourn/conformance'
import { createLevelStore } from './store.ts'

/** Begins, signs in, touches and ends sessions until it is killed; prints `id version` of each that was acknowledged. */
const [location = '', run = ''] = process.argv.slice(2)
const store = await createLevelStore({ location })

/** Tries again while the pipe is full: what is queued in this process would die with it. */
function acknowledge(id: string, version: number | 'removed'): void {
  let isWritten = false
  while (!isWritten) isWritten = tryToWrite(`${id} ${version}\n`)
}

function tryToWrite(line: string): boolean {
  try {
    writeSync(1, line)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    return false
  }
}

async function work(worker: number): Promise<void> {
  for (let n = 0; ; n++) {
    const now = Date.now()
    const id = `${run}-${worker}-${n}`
    const first = createRecord(now, { id, version: 1 })
    for (let version = 1; version <= 3; version++) {
      const userId = version === 1 ? null : `user ${n % 10} of ${version}`
      const isWritten = await store.write({
        ...first,
        version,
        userId,
        expiresAt: now + hourMs + version * minuteMs,
      })
      if (!isWritten) throw new Error(`refused ${id} ${version}`)
      acknowledge(id, version)
    }
    if (n % 3 === 0) {
      await store.remove(id)
      acknowledge(id, 'removed')
    }
  }
}

await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)))
