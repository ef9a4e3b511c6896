import type { Answer } from '../answers.ts'
import type { Results } from '../results.ts'
import { percentBack } from '../return-report.ts'
import type { ResgateContenderName } from './contenders.ts'

export const resgateAnswer = (results: Results, contender: ResgateContenderName): Answer => ({
  pay: describeCosts(results, contender),
  get: describeFaults(results, contender).map(text => ({ text })),
})

function describeCosts({ resgate }: Results, contender: ResgateContenderName): Answer['pay'] {
  const row = resgate.find(row => row.contender === contender && row.act === 'relogin')
  if (row === undefined || contender === 'resgate-none') return []
  return [{ text: `${row.overheadMicros.median.toFixed(0)} µs a relogin` }]
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
