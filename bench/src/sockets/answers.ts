import type { Answer } from '../answers.ts'
import type { Results } from '../results.ts'
import { percentBack } from '../return-report.ts'
import type { SocketContenderName } from './contenders.ts'
import { socketActNames } from './theft.ts'

export function socketAnswer(results: Results, contender: SocketContenderName): Answer {
  const get = [...describeFaults(results, contender), ...describeTheft(results, contender)]
  return { pay: describeCosts(results, contender), get: get.map(text => ({ text })) }
}

function describeCosts({ sockets }: Results, contender: SocketContenderName): Answer['pay'] {
  const row = sockets.find(row => row.contender === contender)
  if (row === undefined) return []
  const kilobytes = (row.rssBytesPerSocket / 1024).toFixed(0)
  return [{ text: `${row.overheadMicros.median.toFixed(1)} µs a relogin, ${kilobytes} KB a socket` }]
}

function describeFaults({ restart }: Results, contender: SocketContenderName): string[] {
  const rowOf = (fault: string) => restart.find(row => row.contender === contender && row.fault === fault)
  const killed = rowOf('server-killed')
  const lost = rowOf('answers-lost')
  const soon = killed?.allBackMs == null ? '' : ` ${(killed.allBackMs / 1000).toFixed(1)} s`
  return [
    ...(killed === undefined
      ? []
      : [
          killed.stillSignedIn === 0
            ? 'lost at a restart'
            : `${percentBack(killed)} back${soon} after a restart`,
        ]),
    ...(lost === undefined ? [] : [`${percentBack(lost)} stay if answers are lost`]),
  ]
}

function describeTheft({ theft }: Results, contender: SocketContenderName): string[] {
  const rows = theft.filter(row => row.contender === contender && socketActNames.some(act => act === row.act))
  if (rows.length === 0) return []
  const ended = rows.filter(({ worksForMs }) => worksForMs !== null)
  return [`${ended.length} of ${rows.length} kinds of stolen keys end with the next relogin, or never work`]
}
