import { createProgress } from '../progress.ts'
import { formatTable, wrap } from '../table.ts'
import { noisyChecks, steadyChecks } from './checks.ts'
import type { Reading } from './reading.ts'
import { measureUnrest, readSpread } from './spread.ts'
import { type Check, Stand } from './stand.ts'

/** Above this, how far two runs are apart says nothing about the harness. */
const mostUnrest = 0.1
const mostTries = 3

export interface Judged extends Reading {
  readonly verdict: string
}

/**
 * Plants known faults in contenders, and prints what the harness reports of them. Whether all was right. Rejects once
 * `signal` is aborted.
 */
export async function runSelfTest(signal: AbortSignal): Promise<boolean> {
  await using stand = new Stand()
  const checks = [...steadyChecks, ...noisyChecks]
  const progress = createProgress(checks.length + 1)
  const judged: Judged[] = []
  for (const check of checks) {
    progress.step('self-test', check.name)
    judged.push(...(await judge(check, stand, signal)))
  }
  progress.step('self-test', 'two runs')
  const calm = measureUnrest()
  const spread = await readSpread(stand)
  const unrest = Math.max(calm, measureUnrest())
  const isTold = !spread.isRight && unrest > mostUnrest
  judged.push({ ...spread, verdict: isTold ? 'told' : verdictOf(spread) })
  progress.clear()
  console.log(formatJudged(judged, unrest))
  return countOff(judged) === 0
}

/** Reads again only what other work on the machine can have disturbed. */
export async function judge({ name, read }: Check, stand: Stand, signal?: AbortSignal): Promise<Judged[]> {
  for (let attempt = 1; ; attempt++) {
    const readings = await read(stand).catch(error => [failed(name, error)])
    signal?.throwIfAborted()
    const wrong = readings.filter(({ isRight }) => !isRight)
    const isDisturbed = wrong.length > 0 && wrong.every(({ canBeNoise }) => canBeNoise)
    if (isDisturbed && attempt < mostTries) continue
    const later = attempt === 1 ? '' : `, try ${attempt}`
    return readings.map(reading => ({ ...reading, verdict: `${verdictOf(reading)}${later}` }))
  }
}

const verdictOf = ({ isRight }: Reading) => (isRight ? 'right' : 'OFF')
const countOff = (judged: readonly Judged[]) =>
  judged.filter(({ verdict }) => verdict.startsWith('OFF')).length

const failed = (name: string, error: Error): Reading => ({
  what: name,
  planted: '',
  measured: 'nothing',
  isRight: false,
  canBeNoise: false,
  note: error.message,
})

export function formatJudged(judged: readonly Judged[], unrest: number): string {
  const off = countOff(judged)
  const isRestless = unrest > mostUnrest
  const share = `${Math.round(100 * unrest)} %`
  return [
    formatTable('Does the harness report what is planted?', judged, [
      { title: 'planted in a contender: what is read', cell: ({ what }) => what, align: 'left' },
      { title: 'planted', cell: ({ planted }) => planted },
      { title: 'measured', cell: ({ measured }) => measured },
      { title: '', cell: ({ verdict }) => verdict, align: 'left' },
    ]),
    ...judged.flatMap(({ what, note }) => (note ? [wrap(`${what}: ${note}`)] : [])),
    wrap(
      'What is off is tried up to three times if other work on the machine can have made it so: that makes a pause ' +
        'longer, and never shorter. A count is tried once.',
    ),
    wrap(
      `The same work takes ${share} more processor time at one moment than at another here${isRestless ? ': how far two runs are apart is told, and not judged' : ''}.`,
    ),
    wrap(off === 0 ? 'All is reported as planted.' : `${off} of ${judged.length} READINGS ARE OFF.`),
  ].join('')
}
