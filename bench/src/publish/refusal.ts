import { type ContenderName, contenderNames, isShared } from '../contenders.ts'
import { faultNames, faults } from '../faults.ts'
import type { Measurement } from '../measurements.ts'
import { resgateContenderNames } from '../resgate/contenders.ts'
import { resgateFaultNames } from '../resgate/faults.ts'
import type { NotRun } from '../results.ts'
import { scenarios } from '../scenarios.ts'
import { socketContenderNames } from '../sockets/contenders.ts'
import { socketFaultNames } from '../sockets/faults.ts'
import { unique } from './markdown.ts'
import type { Published } from './together.ts'

/** @throws {Error} if nobody could look up what was measured */
export function refuseCommit(commit: string): void {
  refuse(faultsOfCommit(commit))
}

/** @throws {Error} if these are of no commit, or not of all contenders, or lack what a region shows */
export function refuseResults(results: Published, emptyRegions: readonly string[]): void {
  refuse(faultsOf(results, emptyRegions))
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0)
    throw new Error(
      `Nothing is published: ${faults.join('; ')}. Publish a --full run of a commit, or add --anyway.`,
    )
}

/** Of ranges of fewer, not even `--compare` concludes anything. */
const fewestRounds = 5

/** Why these should not be published, each in words. A machine that was not at rest is none: the document tells of it. */
export function faultsOf(results: Published, emptyRegions: readonly string[]): string[] {
  const { commit, options = '', notRun, throughput, sockets, resgate } = results
  const rounds = Math.min(...[...throughput, ...sockets, ...resgate].map(({ rounds }) => rounds))
  return [
    ...faultsOfCommit(commit),
    ...(/--quick\b/.test(options) ? ['it is a --quick run'] : []),
    ...notRun.filter(({ sessionBytes }) => sessionBytes === undefined).map(describe),
    ...absentFrom(results),
    ...(rounds < fewestRounds
      ? [`${fewestRounds} rounds are the fewest, and some rows are of ${rounds}`]
      : []),
    ...emptyRegions.map(name => `there is nothing for the region ${name}`),
  ]
}

function faultsOfCommit(commit: string): string[] {
  if (commit === 'unknown') return ['it is not known of which commit it would be']
  return commit.endsWith('+')
    ? [`the work tree had changes that are not in commit ${commit.slice(0, -1)}`]
    : []
}

const describe = ({ contender, during, reason }: NotRun) =>
  `${contender} was not run${during === undefined ? '' : ` in ${during}`} (${reason.replace(/\.$/, '')})`

/** Which measurements nobody was run in; then who was not run in which of the others. */
function absentFrom(results: Published): string[] {
  const failed = results.notRun.filter(({ sessionBytes }) => sessionBytes === undefined)
  const missing = dueIn(results).flatMap(({ measurement, rows, cast }) => {
    const [all, of] = [[...rows, ...failed], cast.length]
    const names = cast.filter(name => all.every(({ contender }) => contender !== name))
    return names.map(name => ({ measurement, name: names.length === of ? 'nobody' : name }))
  })
  return [...Map.groupBy(missing, ({ name }) => name)].map(
    ([name, rows]) =>
      `${name === 'nobody' ? 'nobody was' : `${name} was not`} run in ${unique(rows.map(({ measurement }) => measurement)).join(', ')}`,
  )
}

interface Due {
  readonly measurement: Measurement
  readonly rows: readonly { readonly contender: string }[]
  /** Of each there should be a row. */
  readonly cast: readonly string[]
}

/** What a full run measures: see `runBench`. */
function dueIn(results: Published): Due[] {
  const { throughput, restart, latency, theft, scale, sockets, resgate } = results
  const [users, socketUsers, resgateUsers] = [
    contenderNames,
    socketContenderNames,
    resgateContenderNames,
  ].map(names => (names as readonly string[]).filter(name => !/^(resgate-)?none$/.test(name))) as [
    ContenderName[],
    string[],
    string[],
  ]
  const struck = (fault: string) => restart.filter(row => row.fault === fault)
  return [
    ...scenarios.map(({ name, isFirst = false }) => ({
      measurement: name as Measurement,
      rows: throughput.filter(({ scenario }) => scenario === name),
      cast: isFirst ? users.filter(isShared) : contenderNames,
    })),
    { measurement: 'latency', rows: latency, cast: contenderNames },
    { measurement: 'theft', rows: theft, cast: [...users, ...socketUsers] },
    { measurement: 'scale', rows: scale, cast: users },
    { measurement: 'sockets', rows: sockets, cast: socketContenderNames },
    { measurement: 'resgate', rows: resgate, cast: resgateContenderNames },
    ...faultNames.map(name => ({
      measurement: name,
      rows: struck(name),
      cast: users.filter(faults[name].canStrike),
    })),
    ...socketFaultNames.map(name => ({ measurement: name, rows: struck(name), cast: socketUsers })),
    ...resgateFaultNames.map(name => ({ measurement: name, rows: struck(name), cast: resgateUsers })),
  ]
}
