import { setTimeout } from 'node:timers/promises'
import type { PostgresClient, PostgresPool } from './postgres-pool.ts'
import type { RunningStatements } from './postgres-running.ts'

/** How often the connection is tried: a network that has fallen silent tells nobody. */
const keepAliveMs = 5000
const [leastPauseMs, mostPauseMs] = [50, 5000]

/** Listens on a connection of its own until stopped; over a new one, when that is lost. */
export function keepListening(
  pool: PostgresPool,
  channel: string,
  listener: (message: string) => void,
  running: RunningStatements,
): () => Promise<void> {
  const stopped = new AbortController()
  const { signal } = stopped

  async function live(): Promise<void> {
    let pauseMs = leastPauseMs
    while (!signal.aborted) {
      const listened = await listenOnce().catch(() => false)
      pauseMs = listened ? leastPauseMs : Math.min(2 * pauseMs, mostPauseMs)
      await pause(pauseMs * (0.5 + Math.random()), signal)
    }
  }

  /** Until the connection is lost; says whether it ever listened. */
  async function listenOnce(): Promise<boolean> {
    const client = await pool.connect()
    let hasListened = false
    try {
      client.unref?.()
      const lost = new AbortController()
      for (const event of ['error', 'end'] as const) client.on(event, () => lost.abort())
      client.on(
        'notification',
        ({ payload }) => payload !== undefined && !signal.aborted && listener(payload),
      )
      const over = AbortSignal.any([signal, lost.signal])
      await ask(client, `listen "${channel}"`)
      hasListened = true
      while (!over.aborted) {
        await pause(keepAliveMs, over)
        if (!over.aborted) await ask(client, 'select 1')
      }
    } catch {
      // Lost: told by what is returned.
    } finally {
      client.release(true)
    }
    return hasListened
  }

  const ask = (client: PostgresClient, text: string) => running.run(client, { text, rowMode: 'array' })

  const life = live()
  return () => {
    stopped.abort()
    return life
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  setTimeout(ms, undefined, { signal, ref: false }).catch(() => {})
