import { type ContenderName, storeOf } from '../contenders.ts'
import { type LoadProcess, startLoadProcess } from '../load-process.ts'
import { type ServerProcess, startServer } from '../server-process.ts'
import { StorePlaces } from '../store-server.ts'
import type { Reading } from './reading.ts'

/** What a check measures with: the same as any run has. */
export class Stand implements AsyncDisposable {
  readonly loader: LoadProcess = startLoadProcess()
  readonly places = new StorePlaces()

  /** Starts servers, which are there for no longer than `use` takes. */
  async with<T>(
    contenders: readonly ContenderName[],
    use: (...servers: ServerProcess[]) => Promise<T>,
  ): Promise<T> {
    const servers: ServerProcess[] = []
    try {
      for (const contender of contenders) {
        const { address, pids } = await this.places.placeOf(storeOf(contender))
        servers.push(await startServer(contender, { store: address, storePids: pids }))
      }
      return await use(...servers)
    } finally {
      await Promise.all(servers.map(server => server.kill()))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loader.kill()
    await this.places[Symbol.asyncDispose]()
  }
}

/** Measures what was planted, as a run would. */
export interface Check {
  readonly name: string
  read(stand: Stand): Promise<Reading[]>
}
