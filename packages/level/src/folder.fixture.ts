import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A throwaway folder. */
export async function createFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-level-'))
  const remove = () => rm(folder, { recursive: true })
  return { resolve: (name: string) => join(folder, name), remove, [Symbol.asyncDispose]: remove }
}
