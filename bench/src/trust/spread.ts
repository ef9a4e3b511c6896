import { parseOptions } from '../options.ts'
import { measureThroughput, type Scenario, scenarios } from '../throughput.ts'
import type { Reading } from './reading.ts'
import type { Stand } from './stand.ts'

const [read] = scenarios as [Scenario]
const { effort } = parseOptions(['--full'])
const most = 0.1

/** How far two runs are apart that measure the same: each with servers of its own. */
export async function readSpread(stand: Stand): Promise<Reading> {
  const runs: number[] = []
  for (let run = 1; run <= 2; run++) {
    const rows = await stand.with(['none', 'memory'], (...servers) =>
      measureThroughput(read, servers, stand.loader, { ...effort, sessionBytes: 200 }, () => {}),
    )
    runs.push(Number(rows[1]?.overheadMicros.median))
  }
  return judgeSpread(runs)
}

export function judgeSpread(runs: readonly number[]): Reading {
  const middle = sum(runs) / runs.length
  const spread = (Math.max(...runs) - Math.min(...runs)) / middle
  const each = runs.map(run => run.toFixed(1)).join(' and ')
  return {
    what: `nothing: overhead of memory in two runs, ${each} µs: apart`,
    planted: `≤ ${100 * most} %`,
    measured: `${(100 * spread).toFixed(1)} %`,
    isRight: spread <= most,
    canBeNoise: true,
  }
}

/**
 * How much more processor time the same work takes at some moments than at others, as a share: what other work does to
 * this machine, or the machines that it shares its processors with. A pass in ten at either end is left out.
 */
export function measureUnrest(): number {
  for (let pass = 0; pass < passes; pass++) work()
  const took = Array.from({ length: passes }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }).toSorted((a, b) => a - b)
  const at = (share: number) => took[Math.floor(passes * share)] as number
  return at(0.9) / at(0.1) - 1
}

const passes = 100

/** Takes some ten milliseconds: memory is made, read and written, as a server does. */
function work(): number {
  const counts = new Map<string, number>()
  for (let turn = 0; turn < 60_000; turn++) {
    const key = `key ${turn % 5000}`
    counts.set(key, (counts.get(key) ?? 0) + turn)
  }
  return sum([...counts.values()])
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
