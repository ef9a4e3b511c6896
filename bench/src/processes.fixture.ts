import { execFileSync } from 'node:child_process'

interface Process {
  readonly pid: number
  readonly command: string
}

/** All that a process has started, and what those have. */
export function processesUnder(parent: number): Process[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = [...table.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, ppid, command]) => ({
    pid: Number(pid),
    ppid: Number(ppid),
    command: String(command),
  }))
  const under = (pid: number): Process[] =>
    all.filter(({ ppid }) => ppid === pid).flatMap(({ pid, command }) => [{ pid, command }, ...under(pid)])
  return under(parent)
}

/** Ends one of our own, as the out-of-memory killer would. */
export function killUnexpectedly(command: RegExp): void {
  const found = processesUnder(process.pid).find(one => command.test(one.command))
  if (found === undefined) throw new Error(`No process of ours is ${command}.`)
  process.kill(found.pid, 'SIGKILL')
}
