import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** What is to be gone when this process is: a throwaway folder, and the server that runs in it. */
export interface Guarded {
  readonly folder: string
  readonly pid: number | null
  /** With what the server ends by itself; it is killed if it has none, or does not. */
  readonly endSignal: NodeJS.Signals | null
}

/** Has all of it ended when this process ends, however that happens. The last word on a folder counts. */
export function guard(guarded: Guarded): void {
  send(guarded)
}

/** Guards no longer what has been cleaned up. */
export function forget(folder: string): void {
  send({ folder, isGone: true })
}

let toGuard: Socket | undefined

/** To the guard, a process of its own that reads what to end, and does so when the pipe from us closes. */
function send(message: Guarded | { folder: string; isGone: true }): void {
  toGuard ??= startGuard()
  toGuard.write(`${JSON.stringify(message)}\n`)
}

function startGuard(): Socket {
  const guard = spawn(process.execPath, [`${import.meta.dirname}/guard-process.ts`], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {},
  })
  guard.unref()
  const pipe = guard.stdin as Socket
  pipe.unref()
  pipe.on('error', () => {}) // Without its guard a server ends when it is disposed of.
  return pipe
}
