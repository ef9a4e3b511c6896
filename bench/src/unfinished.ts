import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Machine } from './results.ts'
import { withoutPlaces } from './resumption.ts'
import type { Rows } from './step.ts'

/** What must be the same for a run to go on with what another has measured. */
export interface Origin {
  readonly machine: Machine
  /** Of all files that are measured, whether they are committed or not. */
  readonly source: string
  /** The options as they were typed. */
  readonly args: readonly string[]
}

interface Kept extends Origin {
  readonly durationMs: number
  readonly steps: Readonly<Record<string, Rows>>
}

/** What was measured of a run that is not finished: in a file, step by step. */
export class Unfinished {
  readonly origin: Origin
  /** Of all steps that were measured. */
  durationMs: number
  readonly #file: string
  readonly #steps: Record<string, Rows>

  static fresh(file: string, origin: Origin): Unfinished {
    return new Unfinished(file, { ...origin, durationMs: 0, steps: {} })
  }

  /**
   * Goes on with what is in the file. Without options, with those of then.
   *
   * @throws {Error} with a message for the user, if there is none, or it is not of the same options, machine and source
   */
  static async resume(file: string, origin: Origin): Promise<Unfinished> {
    const kept = await readKept(file)
    if (kept === null) throw new Error(`There is no unfinished run in ${file}.`)
    const wasTyped = `It was: npm run bench -- ${kept.args.join(' ')}`
    if (withoutPlaces(origin.args).length > 0 && !isDeepStrictEqual(origin.args, kept.args))
      throw new Error(`The unfinished run had other options. ${wasTyped}`)
    if (!isDeepStrictEqual(origin.machine, kept.machine))
      throw new Error(
        'The unfinished run is of another machine, or another version of its system or Node.js.',
      )
    if (origin.source !== kept.source)
      throw new Error('The unfinished run is of another commit, or files have changed since.')
    return new Unfinished(file, kept)
  }

  private constructor(file: string, { durationMs, steps, ...origin }: Kept) {
    this.origin = origin
    this.durationMs = durationMs
    this.#file = file
    this.#steps = { ...steps }
  }

  get count(): number {
    return Object.keys(this.#steps).length
  }

  rowsOf(key: string): Rows | undefined {
    return this.#steps[key]
  }

  /** Written at once: a crash leaves the file of before, or this one. */
  async keep(key: string, rows: Rows, tookMs: number): Promise<void> {
    this.#steps[key] = rows
    this.durationMs += tookMs
    const kept: Kept = { ...this.origin, durationMs: this.durationMs, steps: this.#steps }
    const partial = `${this.#file}.partial`
    await mkdir(dirname(this.#file), { recursive: true })
    await writeFile(partial, JSON.stringify(kept))
    await rename(partial, this.#file)
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true })
  }
}

async function readKept(file: string): Promise<Kept | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}
