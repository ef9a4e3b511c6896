import { glob, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readReported } from '../html/reported.ts'
import { disagreements, emptyIn, figuresByHand, unknownRegions, writeRegions } from './document.ts'
import { faultsOf } from './refusal.ts'
import { documents, fileNamedIn } from './regions.ts'

/** The document that says which results are published. */
const naming = 'docs/comparison.md'

/** What is wrong with the documents of the repository at `root`, each in words. */
export async function checkDocuments(root: string): Promise<string[]> {
  const read = (path: string) => readFile(resolve(root, path), 'utf8')
  const file = fileNamedIn(await read(naming))
  if (file === null) return [`${naming} names no results: npm run bench -- --publish puts some there.`]
  const path = `bench/results/${file}`
  const results = await readReported(resolve(root, path)).catch(() => null)
  if (results === null)
    return [
      `${naming} is of ${path}, which is not there: commit it, or npm run bench -- --publish another run.`,
    ]
  const faults: string[] = []
  const byHand: string[] = []
  const empty: string[] = []
  for (const name of Object.keys(documents)) {
    const document = await read(name)
    const regions = await writeRegions(name, { results, file })
    empty.push(...emptyIn(regions))
    faults.push(...disagreements(name, document, regions))
    byHand.push(...unknownRegions(name, document), ...figuresByHand(name, document))
  }
  for await (const name of glob('packages/*/README.md', { cwd: root })) {
    const document = await read(name)
    byHand.push(...unknownRegions(name, document), ...figuresByHand(name, document))
  }
  const unfit = faultsOf(results, empty).map(fault => `${path} should not be published: ${fault}.`)
  const remedy = `They should agree with ${path} and with the strategies' traits. To mend that: npm run bench -- --publish ${path}`
  return [...unfit, ...faults, ...(faults.length > 0 ? [remedy] : []), ...byHand]
}
