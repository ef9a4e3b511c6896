import type { Results } from '../results.ts'
import { percentBack } from '../return-report.ts'
import type { ResgateContenderName } from './contenders.ts'

/** What you pay, and what you get: a few words each. */
export function describeResgate(results: Results, contender: ResgateContenderName): string[] {
  return [describeCosts, describeFaults].flatMap(part => part(results, contender))
}

function describeCosts({ resgate }: Results, contender: ResgateContenderName): string[] {
  const row = resgate.find(row => row.contender === contender && row.act === 'relogin')
  if (row === undefined || contender === 'resgate-none') return []
  return [`${row.cpuMicros.median.toFixed(0)} µs a relogin`]
}

function describeFaults({ restart }: Results, contender: ResgateContenderName): string[] {
  return restart
    .filter(row => row.contender === contender)
    .map(row => {
      const killed = row.fault.replace('-', ' ')
      if (row.stillSignedIn === 0) return `${killed}: all are out`
      const soon = row.allBackMs == null ? '' : ` in ${(row.allBackMs / 1000).toFixed(1)} s`
      return `${killed}: ${percentBack(row)} are back${soon}`
    })
}
