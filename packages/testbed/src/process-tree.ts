import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/*
 * PostgreSQL's backends are sessions of their own, which a signal to the server's process group does not reach, and
 * they outlive a killed parent while they are busy or stopped. Hence the walk down the tree.
 */

/** Stops a process and all below it. */
export function freezeTree(pid: number): void {
  stopTree(pid)
}

/** Lets a process and all below it go on. */
export function thawTree(pid: number): void {
  for (const child of childrenOf(pid)) thawTree(child)
  signal(pid, 'SIGCONT')
}

/** Kills a process and all below it, stopped or not. Resolves when they are dead. */
export async function killTree(pid: number): Promise<void> {
  const pids = stopTree(pid)
  for (const pid of pids) signal(pid, 'SIGKILL')
  while (pids.some(isRunning)) await setTimeout(2)
}

/** Sends a signal; to a process that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Whether a process runs or is stopped. One that is dead and that nobody has waited for does not run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return (
      process.platform !== 'linux' || !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    )
  } catch {
    return false
  }
}

/** The processes stopped: a parent before its children are listed, so that none is born unseen. */
function stopTree(pid: number): number[] {
  signal(pid, 'SIGSTOP')
  return [pid, ...childrenOf(pid).flatMap(stopTree)]
}

function childrenOf(pid: number): number[] {
  try {
    const lists =
      process.platform === 'linux'
        ? readdirSync(`/proc/${pid}/task`).map(task =>
            readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'),
          )
        : [execFileSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' })]
    return lists.flatMap(list => list.split(/\s+/).filter(Boolean).map(Number))
  } catch {
    return [] // The process is gone, or pgrep found nothing.
  }
}
