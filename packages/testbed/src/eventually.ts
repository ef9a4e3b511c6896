import { setTimeout } from 'node:timers/promises'

/** Only what is broken ever comes to the end of it. */
const patienceMs = 30_000

/** Resolves when `condition` holds. What it throws meanwhile, as a page that is just reloading does, counts as no. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patienceMs
  for (;;) {
    try {
      if (await condition()) return
      if (Date.now() > end) throw new Error(`This never came to be: ${condition}`)
    } catch (error) {
      if (Date.now() > end) throw error
    }
    await setTimeout(10)
  }
}
