import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** A throwaway folder for the demos of this test file. */
export async function useFolder(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-database-'))
  process.env.DATA_FOLDER = folder
  after(() => rm(folder, { recursive: true }))
}
