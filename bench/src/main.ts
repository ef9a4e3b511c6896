import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { prepareAfterwards, useResults } from './afterwards.ts'
import { killAll, stopAll } from './child.ts'
import { describeCommit, describeMachine, describeSource } from './machine.ts'
import { parseOptions } from './options.ts'
import { formatResults } from './report.ts'
import { splitResumption, withoutPlaces } from './resumption.ts'
import { runBench } from './run.ts'
import { selfTest } from './trust/command.ts'
import { Unfinished } from './unfinished.ts'
import { usage } from './usage.ts'

/** What a run has to put away when it is stopped may take so long; what is left then ends with this process. */
const endWithinMs = 5000

const machine = describeMachine()
const commit = describeCommit()
const typed = process.argv.slice(2)
if (typed.includes('--help')) {
  console.log(usage)
  process.exit()
}
if (typed.includes('--self-test')) process.exit(await selfTest(typed))

const fail = (status: number) => (error: Error) => {
  console.error(status === 2 ? `${error.message}\n\n${usage}` : `\n  ${error.message}`)
  process.exit(status)
}

async function prepare() {
  const { isResumed, args } = splitResumption(typed)
  const options = parseOptions(args)
  const file = join(dirname(options.files[0]), 'unfinished.json')
  const origin = { machine, source: describeSource(), args }
  if (!isResumed) return { options, unfinished: Unfinished.fresh(file, origin) }
  const unfinished = await Unfinished.resume(file, origin)
  const resumed = parseOptions(unfinished.origin.args)
  const isPlaced = withoutPlaces(args).length < args.length
  return { options: isPlaced ? { ...resumed, files: options.files } : resumed, unfinished }
}

const { options, unfinished } = await prepare().catch(fail(2))
const { finished, ...afterwards } = await prepareAfterwards(options.afterwards).catch(fail(1))
if (finished !== null) {
  await useResults(finished, afterwards).catch(fail(1))
  process.exit()
}

const stop = new AbortController()
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(status)
    stop.abort()
    process.exitCode = status
    void stopAll()
    void setTimeout(endWithinMs, null, { ref: false }).then(() => exitStopped())
  })
}

function exitStopped(): never {
  const kept = unfinished.count
  const words =
    kept === 0 ? 'nothing is written.' : 'what was measured is kept: --resume goes on with the rest.'
  process.stderr.write(`\nStopped: ${words}\n`)
  process.exit()
}

try {
  const { cores, cpu, node } = machine
  console.log(`\n  Sojourn bench · ${cores} × ${cpu} · Node ${node} · commit ${commit}\n`)
  if (unfinished.count > 0) console.log(`  Goes on with a run that has measured ${unfinished.count} steps.\n`)
  const measured = await runBench(options, unfinished, stop.signal)
  const { durationMs, origin } = unfinished
  const date = new Date().toISOString()
  const results = {
    machine,
    commit,
    date,
    options: withoutPlaces(origin.args).join(' '),
    durationMs,
    ...measured,
  }
  console.log(formatResults(results))
  for (const file of options.files) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
    console.log(`  Written to ${file}`)
  }
  await unfinished.remove()
  const isWrong = measured.notRun.some(({ isFailure }) => isFailure)
  if (isWrong || measured.restart.some(({ wrongUser }) => wrongUser > 0)) process.exitCode = 1
  await useResults(results, afterwards).catch(fail(1))
} catch (error) {
  if (stop.signal.aborted) exitStopped()
  console.error(`\n  The run failed: ${(error as Error).stack}`)
  process.exitCode = 1
} finally {
  await killAll()
}
