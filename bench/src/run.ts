import { takeEnds } from './child.ts'
import type { EndedError } from './ended-error.ts'
import { planFaults } from './fault-steps.ts'
import { planGrowth } from './growth-steps.ts'
import { planHttp } from './http-steps.ts'
import type { BenchOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { planResgate } from './resgate/run.ts'
import type { NotRun, Results } from './results.ts'
import { planSockets } from './sockets/run.ts'
import { Stage } from './stage.ts'
import type { Rows, Step } from './step.ts'
import type { Unfinished } from './unfinished.ts'

export type Measured = Required<Rows>

/**
 * Takes all steps that the options ask for and `unfinished` has not got, and keeps there what was measured. Who fails is
 * listed as not run, and the others go on.
 *
 * @throws {Error} once `signal` is aborted
 */
export async function runBench(
  options: BenchOptions,
  unfinished: Unfinished,
  signal: AbortSignal,
): Promise<Measured> {
  await using stage = new Stage()
  const plans = [planHttp, planFaults, planSockets, planResgate, planGrowth]
  const steps = plans.flatMap(plan => plan(options, stage))
  const isKept = (step: Step) => unfinished.rowsOf(keyOf(step)) !== undefined
  const secondsOf = (some: readonly Step[]) => some.reduce((sum, { seconds }) => sum + seconds, 0)
  const progress = createProgress(secondsOf(steps))
  const from = secondsOf(steps.filter(isKept))
  let done = from
  for (const step of steps.filter(step => !isKept(step))) {
    const startedAt = performance.now()
    const tell = (detail: string, share: number) =>
      progress.at(done + step.seconds * Math.min(share, 1), step.what, detail, from)
    tell(step.who, 0)
    const rows = await take(step, stage, tell)
    if (signal.aborted) break
    done += step.seconds
    await unfinished.keep(keyOf(step), rows, performance.now() - startedAt)
  }
  progress.clear()
  signal.throwIfAborted()
  return collect(steps.map(step => unfinished.rowsOf(keyOf(step)) as Rows))
}

const keyOf = ({ what, who }: Step) => `${what}: ${who}`

async function take(step: Step, stage: Stage, tell: Parameters<Step['run']>[0]): Promise<Rows> {
  stage.begin()
  try {
    const rows = await step.run(tell)
    const notRun = [...(rows.notRun ?? []), ...takeEnds().map(end => noteOf(end, step))]
    return { ...rows, notRun }
  } catch (error) {
    const loss = await stage.lossOf(step.who, step.what, error, step.store ?? null)
    const reason = `there is no ${step.who} to compare with`
    const others = (step.others ?? []).map(contender => ({ contender, during: step.what, reason }))
    return { notRun: [others.length === 0 ? loss : { ...loss, isFailure: true }, ...others] }
  }
}

/** Of one that ended while others could go on. */
const noteOf = (end: EndedError, { who, what }: Step): NotRun => ({
  contender: end.contender ?? who,
  during: what,
  reason: `${end.message} What was measured is what was left.`,
  log: end.log,
})

export function collect(all: readonly Rows[]): Measured {
  const of = <Kind extends keyof Rows>(kind: Kind) =>
    all.flatMap((rows): readonly unknown[] => rows[kind] ?? []) as unknown as Measured[Kind]
  return {
    throughput: of('throughput'),
    latency: of('latency'),
    restart: of('restart'),
    theft: of('theft'),
    scale: of('scale'),
    sockets: of('sockets'),
    resgate: of('resgate'),
    notRun: onlyOnce(of('notRun')),
  }
}

/** Who cannot be started, or hold a size, says so each time. */
function onlyOnce(rows: Results['notRun']): NotRun[] {
  const told = new Map(rows.map(row => [JSON.stringify(row), row]))
  return [...told.values()]
}
