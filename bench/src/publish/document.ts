import { documents, type Source } from './regions.ts'

const command = 'npm run bench -- --publish'
const begin = (name: string) => `<!-- generated: ${name} (${command}) -->\n`
const end = '<!-- end -->'
const unmeasured = `Not measured in the run that is published: \`${command}\` does.`

/** Where a region is in a document, and what stands there. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** What should stand in each region of a document. Empty: that was not measured. */
export async function writeRegions(path: string, source: Source): Promise<Map<string, string>> {
  const regions = new Map<string, string>()
  for (const [name, write] of Object.entries(documents[path] ?? {})) regions.set(name, await write(source))
  return regions
}

/** Of which there is nothing to be said. */
export const emptyIn = (regions: ReadonlyMap<string, string>): string[] =>
  [...regions].filter(([, text]) => text === '').map(([name]) => name)

/** The document with its regions as they should be. @throws {Error} if it lacks one */
export function fill(path: string, document: string, regions: ReadonlyMap<string, string>): string {
  let filled = document
  for (const [name, text] of regions) {
    const { from, to } = find(path, filled, name)
    filled = `${filled.slice(0, from)}${framed(text)}${filled.slice(to)}`
  }
  return filled
}

/** Where the document differs from what should stand in its regions, each in words. */
export function disagreements(
  path: string,
  document: string,
  regions: ReadonlyMap<string, string>,
): string[] {
  return [...regions].flatMap(([name, text]) => {
    try {
      const there = find(path, document, name).text.split('\n')
      const due = framed(text).split('\n')
      const line = due.findIndex((line, index) => line !== there[index])
      if (line === -1) return []
      const [is, should] = [there, due].map(lines => lines[line] || '(nothing)')
      return [`${path}, region ${name}: there is\n    ${is}\n  where there should be\n    ${should}`]
    } catch (error) {
      return [(error as Error).message]
    }
  })
}

const framed = (text: string) => `\n${text === '' ? unmeasured : text}\n\n`

function find(path: string, document: string, name: string): Stretch {
  const [before, after, another] = document.split(begin(name))
  const length = after?.indexOf(end) ?? -1
  if (before === undefined || after === undefined || length === -1 || another !== undefined)
    throw new Error(
      `${path}: there must be one region ${name}, from a line "${begin(name).trim()}" to a line "${end}".`,
    )
  const from = before.length + begin(name).length
  const text = after.slice(0, length)
  if (text.includes('<!-- generated:'))
    throw new Error(`${path}, region ${name}: another begins in it, so its "${end}" is missing.`)
  return { from, to: from + length, text }
}

/** In units of what only a run can tell; limits and sizes of formats, which a README may name, have others. */
const figures = /\d[\d,.]*\s?(?:µs|KB|MB|GB|%|times|requests\/s|relogins\/s)(?![\w/])/g
const figuresOfRuns = /\d[\d,.]*\s?(?:s|ms|B|µs|KB|MB|GB|%|times|requests\/s|relogins\/s)(?![\w/])/g

/** Regions that nobody writes and nobody checks. */
export const unknownRegions = (path: string, document: string): string[] =>
  [...document.matchAll(/<!-- generated: (\S*)/g)]
    .filter(([, name = '']) => !Object.hasOwn(documents[path] ?? {}, name))
    .map(([, name]) => `${path}: there is no region ${name}, so that nothing checks what stands there.`)

/** Figures by hand, which no run could correct. */
export function figuresByHand(path: string, document: string): string[] {
  const byHand = document.replaceAll(/<!-- generated: .*?<!-- end -->/gs, '')
  const units = Object.hasOwn(documents, path) ? figuresOfRuns : figures
  return [...byHand.matchAll(units)].map(
    ([figure]) =>
      `${path}: "${figure}" is written by hand: figures of a run belong in a region, which keeps them true.`,
  )
}
