/* Run by guard.ts, in a process of its own: ends what the process that started it has left behind. */
import { createInterface } from 'node:readline'
import { endServer } from './end-server.ts'
import type { Guarded } from './guard.ts'

const left = new Map<string, Guarded>()
for await (const line of createInterface({ input: process.stdin })) {
  const message: Guarded & { isGone?: true } = JSON.parse(line)
  if (message.isGone) left.delete(message.folder)
  else left.set(message.folder, message)
}
await Promise.allSettled([...left.values()].map(endServer))
