import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { killAll } from '../child.ts'
import { describeMachine } from '../machine.ts'
import { wrapAfter } from '../table.ts'
import { type OwnAppOptions, parseOptions } from './options.ts'
import { formatOwnApp } from './report.ts'
import { runOwnApp } from './run.ts'
import { usage } from './usage.ts'

function readOptions(): OwnAppOptions {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    console.log(usage)
    process.exit()
  }
  try {
    return parseOptions(args)
  } catch (error) {
    console.error(`${wrapAfter(' ', (error as Error).message, 2)}\n  sojourn-bench --help tells all options.`)
    process.exit(2)
  }
}

const options = readOptions()

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  let isStopping = false
  process.on(signal, () => {
    if (isStopping) return
    isStopping = true
    process.stderr.write('\nStopped: nothing is written.\n')
    void killAll().then(() => process.exit(status))
  })
}

try {
  const machine = describeMachine()
  console.log(`\n  Sojourn bench · ${options.url.origin} · ${machine.cores} × ${machine.cpu}\n`)
  const { hasFailed, ...measured } = await runOwnApp(options)
  const results = { machine, date: new Date().toISOString(), url: options.url.origin, ...measured }
  console.log(formatOwnApp(results))
  if (options.file !== null) {
    await mkdir(dirname(options.file), { recursive: true })
    await writeFile(options.file, `${JSON.stringify(results, null, 2)}\n`)
    console.log(`  Written to ${options.file}`)
  }
  if (hasFailed) process.exitCode = 1
} catch (error) {
  console.error(`\n${wrapAfter(' ', `Nothing was measured: ${(error as Error).message}`, 2)}`)
  process.exitCode = 1
} finally {
  await killAll()
}
