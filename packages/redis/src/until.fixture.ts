import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

/** Only what is broken ever comes to the end of it. */
const patienceMs = 30_000

/** Tries until it neither fails nor answers false; returns the answer. */
export async function until<T>(attempt: () => Promise<T | false>, what: string): Promise<T> {
  const end = performance.now() + patienceMs
  for (;;) {
    let reason: unknown = 'it is not so'
    try {
      const answer = await attempt()
      if (answer !== false) return answer
    } catch (error) {
      reason = error
    }
    assert.ok(performance.now() < end, `never happened: ${what}: ${reason}`)
    await setTimeout(10)
  }
}
