import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface TreeUsage {
  readonly cpuMicros: number
  /** What processes share is counted for each. */
  readonly rssBytes: number
}

interface Stat {
  readonly parent: number
  readonly ticks: number
  readonly pages: number
}

const systemValue = (name: string, otherwise: number) =>
  Number(spawnSync('getconf', [name], { encoding: 'utf8' }).stdout) || otherwise
const ticksPerSecond = systemValue('CLK_TCK', 100)
const pageBytes = systemValue('PAGESIZE', 4096)

/**
 * What processes and their children used so far, those that have ended included. Linux only.
 *
 * @throws {Error} if there is no such process
 */
export function readTree(...pids: readonly number[]): TreeUsage {
  const stats = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null
    if (stat !== null) stats.set(Number(name), stat)
  }
  const missing = pids.find(pid => !stats.has(pid))
  if (missing !== undefined) throw new Error(`There is no process ${missing}.`)
  const tree = new Set(pids)
  for (const member of tree) {
    for (const [child, { parent }] of stats) if (parent === member) tree.add(child)
  }
  let [ticks, pages] = [0, 0]
  for (const member of tree) {
    const stat = stats.get(member) as Stat
    ticks += stat.ticks
    pages += stat.pages
  }
  return { cpuMicros: (ticks / ticksPerSecond) * 1e6, rssBytes: pages * pageBytes }
}

/** See proc_pid_stat(5). Null for a process that has just ended. */
function readStat(pid: string): Stat | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // From the third field on: the second is the name, which may hold anything.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    // utime, stime, and cutime, cstime of children that were waited for
    return { parent: field(4), ticks: field(14) + field(15) + field(16) + field(17), pages: field(24) }
  } catch {
    return null
  }
}
