import { resolve } from 'node:path'
import { compareResults } from './compare/report.ts'
import { type Reported, readReported, toReported } from './html/reported.ts'
import { describeCommit } from './machine.ts'
import { publish, repository } from './publish/publish.ts'
import { refuseCommit } from './publish/refusal.ts'
import { putTogether } from './publish/together.ts'
import type { Results } from './results.ts'

/** What is done with results, beside printing them. */
export interface Afterwards {
  /** The files of finished runs, to be used instead of running: several, if they are published together. */
  readonly finished: readonly string[]
  /** The file of an earlier one, to be compared with. */
  readonly other: string | null
  readonly isPublished: boolean
  readonly isAnyway: boolean
}

/** @throws {Error} with a message for the user */
export function parseAfterwards(
  values: { compare?: string; with?: string; publish?: boolean; anyway?: boolean },
  positionals: readonly string[],
): Afterwards {
  const { publish: isPublished = false, anyway: isAnyway = false } = values
  const files = [values.compare, values.with, ...positionals].filter(file => file !== undefined)
  const isCompared = values.compare !== undefined || !isPublished
  if (values.with !== undefined && values.compare === undefined)
    throw new Error('--with names what --compare FILE is compared with.')
  if (isAnyway && !isPublished) throw new Error('--anyway is of --publish.')
  if (isCompared && files.length > 2)
    throw new Error(`Two runs can be compared: there is no use for ${files.at(-1)}.`)
  if (values.compare === undefined && isCompared && files.length === 1)
    throw new Error(
      `What of ${files[0]}? --compare or --publish it, or name another file to compare it with.`,
    )
  const paths = files.map(fileOf)
  const [other = null, finished] = isCompared ? [paths[0], paths.slice(1)] : [null, paths]
  return { finished, other, isPublished, isAnyway }
}

/** npm and turbo change folders: a relative path is taken from where the command was typed. */
const fileOf = (path: string) => resolve(process.env.SOJOURN_CWD || repository, path)

/** Reads the files, and refuses what could not be published, before anything is run. */
export async function prepareAfterwards({ finished, other, ...how }: Afterwards) {
  if (how.isPublished && !how.isAnyway && finished.length === 0) refuseCommit(describeCommit())
  const [first, ...others] = await Promise.all(finished.map(readReported))
  return {
    ...how,
    finished: first === undefined ? null : putTogether([first, ...others]),
    other: other === null ? null : await readReported(other),
  }
}

type Prepared = Omit<Awaited<ReturnType<typeof prepareAfterwards>>, 'finished'>

/** @throws {Error} with a message for the user */
export async function useResults(results: Results, { other, isPublished, isAnyway }: Prepared) {
  const now: Reported = toReported(results)
  if (other !== null) console.log(compareResults(other, now))
  if (!isPublished) return
  for (const file of await publish(now, { isAnyway })) console.log(`  Written to ${file}`)
}
