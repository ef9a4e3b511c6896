import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type Clock, createClock, TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, type SessionStore, type SessionStrategy } from '@sojourn/core'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { Client, listen } from './client.fixture.ts'
import { createSocketSessions, type SocketSessions, type SocketSessionsOptions } from './index.ts'

export interface Data {
  cart: string[]
  note: string
}

export interface Site {
  readonly url: string
  readonly server: Server
  readonly sockets: SocketSessions<Data>
  readonly strategy: SessionStrategy
  readonly store: TrialStore
  readonly clock: Clock
  /** What `onError` got. */
  readonly errors: unknown[]
  client(options?: ConstructorParameters<typeof Client>[1]): Client
  [Symbol.asyncDispose](): Promise<void>
}

export interface SiteOptions extends Partial<SocketSessionsOptions<Data>> {
  readonly keys?: 'stored' | 'relogin'
  readonly from?: { readonly store: TrialStore; readonly clock: Clock }
  createStrategy?(options: { store: SessionStore; now: () => number }): SessionStrategy
}

/** A site with sockets, over a store that can be held, counted and made to fail. */
export async function openSite({ keys = 'stored', from, ...options }: SiteOptions = {}): Promise<Site> {
  const store = from?.store ?? new TrialStore()
  const clock = from?.clock ?? createClock()
  const { now } = clock
  const make = keys === 'stored' ? createStoredStrategy : createReloginKeyStrategy
  const strategy = options.createStrategy?.({ store, now }) ?? make({ store, now, keys: [secret] })
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const sockets = createSocketSessions<Data>({ strategy, now, onError, ...options })
  sockets
    .answer('put', ({ session }, key: 'note', value: string) => {
      session[key] = value
    })
    .answer('sign-in', (connection, userId: string) => connection.session.signIn(userId))
    .answer('sign-out', (connection, options) => connection.session.signOut(options ?? {}))
    .answer('regenerate', connection => connection.session.regenerate())
    .answer('who', ({ session }) => session.userId)
    .answer('data', ({ session }) => ({ ...session }))
    .answer('echo', (_connection, ...args) => args)
  const { server, url } = await listen(createServer((_req, res) => res.end('page')))
  sockets.attach(server)
  const clients: Client[] = []
  return {
    url,
    server,
    sockets,
    strategy,
    store,
    clock,
    errors,
    client(options) {
      const client = new Client(url, options)
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      store.gate.open()
      for (const { socket } of clients) socket.terminate()
      await sockets.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export const secret = 'the secret of the site under test, long enough'
