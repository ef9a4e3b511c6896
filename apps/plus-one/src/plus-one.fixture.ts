import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionStrategy } from '@sojourn/core'
import { serve } from '@sojourn/demo'
import { createLevelStore } from '@sojourn/level'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createPlusOne } from './create-plus-one.ts'

export const dayMs = 86_400_000

/** A clock that a test turns. */
export class Clock {
  time: number

  constructor(time = Date.now()) {
    this.time = time
  }

  readonly now = () => this.time
}

export interface OpenOptions {
  readonly now?: () => number
  /** Whose secret, and so whose keys; default: that of all servers of these tests. */
  readonly secret?: string
  /** Wraps the strategy. */
  readonly through?: (strategy: SessionStrategy) => SessionStrategy
}

/** The demo in this process, on a free port, over LevelDB in a folder of its own. */
export async function openPlusOne({ now = Date.now, secret, through = same => same }: OpenOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'demo-plus-one-'))
  const store = await createLevelStore({ location: folder, now })
  let writes = 0
  const write = store.write.bind(store)
  store.write = next => {
    writes++
    return write(next)
  }
  const keys = [secret ?? 'the secret of these tests, of more than 32 bytes']
  const plain = createReloginKeyStrategy({ store, keys, graceMs: 0, now })
  const strategy = through(plain)
  const { server, sockets } = await createPlusOne({ strategy, now })
  const { url, close } = await serve(server)
  return {
    url,
    folder,
    sockets,
    revoker: plain.revoker,
    directory: plain.directory,
    /** How often anything was stored. */
    get writes() {
      return writes
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([close(), sockets.close()])
      await plain.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** All bytes of all files in a folder. */
export async function readAll(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter(entry => entry.isFile())
  return Buffer.concat(await Promise.all(files.map(file => readFile(join(file.parentPath, file.name)))))
}
