import { formatAnswers } from './answers.ts'
import { contenderNames } from './contenders.ts'
import { formatLatency } from './latency-report.ts'
import { formatNotRun } from './not-run-report.ts'
import { isThroughResgate } from './resgate/contenders.ts'
import { formatResgate } from './resgate/report.ts'
import { formatRestart } from './restart-report.ts'
import type { Results } from './results.ts'
import { formatScale } from './scale-report.ts'
import { isOnSockets } from './sockets/contenders.ts'
import { formatSockets } from './sockets/report.ts'
import { type Column, count, formatTable } from './table.ts'
import { formatTheft } from './theft-report.ts'
import { formatThroughput } from './throughput-report.ts'

/** The terminal's tables: the answer first, then one table per question. */
export function formatResults(results: Results): string {
  const { throughput, latency = [], scale, notRun } = results
  const restart = results.restart.filter(row => !isOnSockets(row) && !isThroughResgate(row))
  const theft = results.theft.filter(row => !isOnSockets(row))
  return [
    ...formatAnswers(results),
    ...formatThroughput(throughput),
    ...(throughput.some(({ credentialBytes }) => credentialBytes > 0) ? [formatCarried(results)] : []),
    ...formatLatency(latency),
    ...formatRestart(restart),
    ...(theft.length > 0 ? [formatTheft(theft)] : []),
    ...formatScale(scale),
    ...formatSockets(results),
    ...formatResgate(results),
    ...formatNotRun(notRun),
  ].join('\n')
}

/** A column for each size of session data. */
function formatCarried({ throughput, notRun }: Results): string {
  const carried = throughput.filter(({ credentialBytes }) => credentialBytes > 0)
  const refused = notRun.filter(({ sessionBytes }) => sessionBytes !== undefined)
  const holders = new Set([...carried, ...refused].map(({ contender }) => contender))
  const sizes = new Set([...carried, ...refused].map(({ sessionBytes }) => sessionBytes as number))
  const columns = [...sizes].map(
    (size): Column<string> => ({
      title: `at ${count(size)} B`,
      cell(contender) {
        const row = carried.find(row => row.contender === contender && row.sessionBytes === size)
        if (row !== undefined) return count(row.credentialBytes)
        return refused.some(row => row.contender === contender && row.sessionBytes === size) ? 'refused' : ''
      },
    }),
  )
  return formatTable(
    'What does the client send with each request?  (bytes of its Cookie header)',
    contenderNames.filter(name => holders.has(name)),
    [{ title: 'contender', cell: contender => contender, align: 'left' }, ...columns],
  )
}
