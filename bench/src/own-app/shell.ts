import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, sep } from 'node:path'

/** A shell command that may become the application itself, and then outlives us. */
export interface ShellCommand extends Disposable {
  readonly pid: number | undefined
  /** When it ended, as `performance.now()`, and how; null while it runs. */
  readonly ended: { readonly at: number; readonly how: string; readonly isWell: boolean } | null
  /** The last of what it printed. */
  lastWords(): string
}

/** In a group of its own, so that Ctrl-C does not reach it; prints to a file, so that it can go on when we end. */
export function runShell(command: string, folder: string): ShellCommand {
  const output = openNamelessFile()
  let ended: ShellCommand['ended'] = null
  const child = spawn(command, {
    shell: true,
    cwd: folder,
    env: { ...process.env, PATH: pathOfMachine() },
    detached: true,
    stdio: ['ignore', output, output],
  })
  child.once('exit', (code, signal) => {
    ended = { at: performance.now(), how: `${signal ?? code}`, isWell: code === 0 }
  })
  child.unref()
  return {
    pid: child.pid,
    get ended() {
      return ended
    },
    lastWords() {
      const { size } = fstatSync(output)
      const last = Buffer.alloc(Math.min(size, 500))
      readSync(output, last, 0, last.length, size - last.length)
      return last.toString().trim()
    },
    [Symbol.dispose]: () => closeSync(output),
  }
}

/** Without the folders that npm and npx put first: the command is to find the Node.js of the machine, not ours. */
const pathOfMachine = () =>
  process.env.PATH?.split(delimiter)
    .filter(folder => !folder.split(sep).includes('node_modules'))
    .join(delimiter)

/** It goes with the last process that holds it open. */
function openNamelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-'))
  try {
    return openSync(join(folder, 'log'), 'a+')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
