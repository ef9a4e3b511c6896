import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { killAll } from './child.ts'
import { describeCommit, describeMachine } from './machine.ts'
import { type BenchOptions, parseOptions, usage } from './options.ts'
import { formatResults } from './report.ts'
import { runBench } from './run.ts'

function readOptions(): BenchOptions {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    console.log(usage)
    process.exit()
  }
  try {
    return parseOptions(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

const options = readOptions()

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    process.stderr.write('\nStopped: nothing is written.\n')
    void killAll().then(() => process.exit(status))
  })
}

try {
  const machine = describeMachine()
  const commit = describeCommit()
  console.log(
    `\n  Sojourn bench · ${machine.cores} × ${machine.cpu} · Node ${machine.node} · commit ${commit}\n`,
  )
  const measured = await runBench(options)
  const results = { machine, commit, date: new Date().toISOString(), ...measured }
  console.log(formatResults(results))
  for (const file of options.files) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
    console.log(`  Written to ${file}`)
  }
} catch (error) {
  console.error(`\n  The run failed, and nothing is written: ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  await killAll()
}
