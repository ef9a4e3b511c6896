import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@sojourn/testbed'

/** Where sessions are stored for several processes. */
export interface Place extends AsyncDisposable {
  /** The URL of a Redis server, or the path of an SQLite file. */
  readonly url: string
}

export const places = {
  async SQLite(): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-resgate-'))
    return {
      url: join(folder, 'sessions.db'),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    }
  },
  Redis: (): Promise<Place> => startRedis(),
}
