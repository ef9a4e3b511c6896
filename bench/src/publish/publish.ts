import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { emptyIn, fill, writeRegions } from './document.ts'
import { machineName } from './machine-name.ts'
import { refuseResults } from './refusal.ts'
import { documents } from './regions.ts'
import type { Published } from './together.ts'

export const repository = fileURLToPath(new URL('../../..', import.meta.url))

export interface PublishOptions {
  /** Also results that are incomplete, or of no commit: the check of the documents fails as long as they are there. */
  readonly isAnyway: boolean
  /** The repository, whose results and documents are written. */
  readonly root?: string
}

/**
 * Writes the results and the generated regions. Returns the files.
 *
 * @throws {Error} with a message for the user, and then nothing is written
 */
export async function publish(measured: Published, options: PublishOptions): Promise<string[]> {
  const { isAnyway, root = repository } = options
  const results = withoutPaths(measured)
  const file = `${machineName(results.machine)}.json`
  const target = resolve(root, 'bench/results', file)
  const texts = new Map([[target, `${JSON.stringify(results, null, 2)}\n`]])
  const emptyRegions: string[] = []
  for (const path of Object.keys(documents)) {
    const regions = await writeRegions(path, { results, file })
    emptyRegions.push(...emptyIn(regions))
    const place = resolve(root, path)
    texts.set(place, fill(path, await readFile(place, 'utf8'), regions))
  }
  if (!isAnyway) refuseResults(results, emptyRegions)
  await mkdir(dirname(target), { recursive: true })
  for (const [place, text] of texts) await writeFile(place, text)
  return [...texts.keys()]
}

/** Of this machine, they are nobody's business: in the lines of a log, and in what was asked for. */
function withoutPaths(results: Published): Published {
  const known: Published = JSON.parse(JSON.stringify(results).replaceAll(repository, ''))
  const { furtherRuns } = known
  return { ...withoutPlaces(known), ...(furtherRuns && { furtherRuns: furtherRuns.map(withoutPlaces) }) }
}

function withoutPlaces<Run extends { readonly options?: string }>(run: Run): Run {
  if (run.options === undefined) return run
  const asked = run.options.replace(/--(?:json|results|compare|with)[ =]\S+|--publish|--anyway/g, '')
  return { ...run, options: asked.trim().replace(/ +/g, ' ') }
}
