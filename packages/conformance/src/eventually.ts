import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

/** A busy machine is no fault. */
export const patience = { ms: 20_000 }

/** Waits until `condition` holds. Only what is broken ever comes to the end of its patience. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + patience.ms
  while (!(await condition())) {
    assert.ok(performance.now() < end, `never happened: ${what}`)
    await setImmediate()
  }
}
