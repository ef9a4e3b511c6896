import { rm } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { Guarded } from './guard.ts'
import { isRunning, killTree, signal, thawTree } from './process-tree.ts'

const patienceMs = 3000

/** Ends a server, if it runs, by its own signal if it has one, and takes its folder away. */
export async function endServer({ folder, pid, endSignal }: Guarded): Promise<void> {
  if (pid !== null) {
    if (endSignal !== null) {
      signal(pid, endSignal)
      thawTree(pid)
      const end = Date.now() + patienceMs
      while (isRunning(pid) && Date.now() < end) await setTimeout(2)
    }
    await killTree(pid)
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
