import { contenderNames } from '../contenders.ts'
import type { Reported } from '../html/reported.ts'
import { resgateContenderNames } from '../resgate/contenders.ts'
import type { NotRun } from '../results.ts'
import { socketContenderNames } from '../sockets/contenders.ts'

/** @throws {Error} if nobody could look up what was measured */
export function refuseCommit(commit: string): void {
  const fault = faultOfCommit(commit)
  if (fault !== null) throw new Error(`Nothing is published: ${fault}. ${remedy}`)
}

/** @throws {Error} if these are of no commit, or not of all contenders, or lack what a region shows */
export function refuseResults(results: Reported, emptyRegions: readonly string[]): void {
  const faults = [
    ...[faultOfCommit(results.commit)].filter(fault => fault !== null),
    ...results.notRun.filter(({ sessionBytes }) => sessionBytes === undefined).map(describe),
    ...absentFrom(results).map(name => `${name} was not run`),
    ...emptyRegions.map(name => `there is nothing for the region ${name}`),
  ]
  if (faults.length > 0) throw new Error(`Nothing is published: ${faults.join('; ')}. ${remedy}`)
}

const remedy = 'Publish a --full run of a commit, or add --anyway.'

function faultOfCommit(commit: string): string | null {
  if (commit === 'unknown') return 'it is not known of which commit it would be'
  return commit.endsWith('+')
    ? `the work tree has changes that are not in commit ${commit.slice(0, -1)}`
    : null
}

const describe = ({ contender, during, reason }: NotRun) =>
  `${contender} was not run${during === undefined ? '' : ` in ${during}`} (${reason.replace(/\.$/, '')})`

/** Of whom nothing is said at all. */
function absentFrom({ throughput, sockets, resgate, notRun }: Reported): string[] {
  const absent = (names: readonly string[], rows: readonly { readonly contender: string }[]) =>
    names.filter(name => [...rows, ...notRun].every(({ contender }) => contender !== name))
  return [
    ...absent(contenderNames, throughput),
    ...absent(socketContenderNames, sockets),
    ...absent(resgateContenderNames, resgate),
  ]
}
