import { EventEmitter, once } from 'node:events'
import type { SessionRecord, SessionStore } from '@sojourn/core'
import type { FaultHarness, FaultyNetwork, FaultyServer } from './faults.ts'
import { ReferenceStore } from './reference-store.ts'

/** A server that is none: what stands between a store and its records, by way of a network or not. */
export class ReferenceServer extends EventEmitter implements FaultyServer, FaultyNetwork {
  readonly url = 'reference:'
  readonly records = new Map<string, SessionRecord>()
  readonly told = new EventEmitter()
  state: 'up' | 'down' | 'silent' = 'up'

  #become(state: typeof this.state): void {
    this.state = state
    this.emit('change')
  }

  async kill(): Promise<void> {
    this.#become('down')
  }
  async restart(): Promise<void> {
    this.#become('up')
  }
  freeze = () => this.#become('silent')
  thaw = () => this.#become('up')
  cut = () => this.#become('down')
  blackHole = () => this.#become('silent')
  heal = () => this.#become('up')
  async [Symbol.asyncDispose](): Promise<void> {}

  /** Passes when it is up, waits while it is silent, and throws while it is down. */
  async pass(): Promise<void> {
    while (this.state === 'silent') await once(this, 'change')
    if (this.state === 'down') throw new Error('connection refused')
  }
}

/** The reference store, on a reference server. */
export class RemoteStore extends ReferenceStore {
  readonly server: ReferenceServer

  constructor(server: ReferenceServer) {
    super(server.records)
    this.server = server
    server.told.on('removed', id => {
      for (const listener of this.listeners) listener(id)
    })
  }

  override async read(id: string) {
    await this.server.pass()
    return super.read(id)
  }

  override async write(next: SessionRecord) {
    await this.server.pass()
    return super.write(next)
  }

  override async listByUser(userId: string) {
    await this.server.pass()
    return super.listByUser(userId)
  }

  override async remove(id: string) {
    await this.server.pass()
    if (this.records.delete(id)) this.server.told.emit('removed', id)
  }
}

export function referenceFaults(
  createStore: (server: ReferenceServer) => SessionStore = server => new RemoteStore(server),
  createServer: () => ReferenceServer = () => new ReferenceServer(),
): FaultHarness {
  let server: ReferenceServer
  return {
    async startServer() {
      server = createServer()
      return server
    },
    startNetwork: async () => server,
    open: async () => createStore(server),
  }
}
