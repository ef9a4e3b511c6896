import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { mergeReported } from './merge-reported.ts'
import { formatPage } from './page.ts'
import { type Reported, readReported } from './reported.ts'

const usage = `npm run report -- [FILE …] [--output FILE] [--no-open]

  FILE            the results (bench/results/latest.json); those of further files are put beside them,
                  such as of an application of yours: latest.json my-app.json
  --output FILE   the report (bench/results/report.html)
  --no-open       says where it is, and opens no browser
`
const folder = fileURLToPath(new URL('../../results', import.meta.url))
/** npm changes folders: a relative path is taken from where the command was typed. */
const typedIn = process.env.SOJOURN_CWD || process.cwd()

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: 'string' },
      'no-open': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
  } else {
    const sources = positionals.length > 0 ? positionals : [resolve(folder, 'latest.json')]
    const file = resolve(typedIn, values.output ?? resolve(folder, 'report.html'))
    const [first, ...others] = await Promise.all(
      sources.map(source => readReported(resolve(typedIn, source))),
    )
    await writeFile(file, formatPage(mergeReported(first as Reported, ...others)))
    console.log(`The report is in ${file}`)
    if (!values['no-open']) open(file)
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

/** In the browser, where there is one. */
function open(file: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open'
  spawn(command, [pathToFileURL(file).href], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref()
}
