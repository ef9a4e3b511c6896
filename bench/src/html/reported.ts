import { readFile } from 'node:fs/promises'
import type { Latency, Machine, Results } from '../results.ts'

/** Results as a file has them: older ones lack some members, and one of another application most of them. */
export interface Reported extends Results {
  readonly latency: readonly Latency[]
  /** Where the rows of further files come from. */
  readonly guests?: readonly Guest[]
}

/** Those whose rows are of another run. */
export interface Guest {
  readonly contenders: readonly string[]
  readonly machine: Machine
  readonly commit: string
  readonly date: string
}

const none = {
  machine: { cpu: 'unknown', cores: 0, memoryBytes: 0, system: 'unknown', node: 'unknown' },
  commit: 'unknown',
  date: 'unknown',
  throughput: [],
  latency: [],
  restart: [],
  theft: [],
  scale: [],
  sockets: [],
  resgate: [],
  notRun: [],
} satisfies Reported

export const toReported = (results: Partial<Results>): Reported => ({ ...none, ...results })

/** @throws {Error} with a message for the user */
export async function readReported(file: string): Promise<Reported> {
  const json = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There are no results in ${file}: npm run bench writes them, or name another file.`)
  })
  try {
    return toReported(JSON.parse(json))
  } catch {
    throw new Error(`${file} is not a results file: it is no JSON.`)
  }
}
