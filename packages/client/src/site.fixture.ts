import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onSessionEvent, type SessionStore, type SessionStrategy } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { eventually } from '@sojourn/testbed'
import { createSocketSessions, type SocketSessionsOptions } from '@sojourn/websocket'
import {
  type Client,
  type ClientOptions,
  type ClientStorage,
  createClient,
  createMemoryStorage,
  type State,
} from './index.ts'
import type { Item } from './items.ts'
import { createWire, type Wire } from './wire.fixture.ts'

export const secret = 'the secret of these tests, of more than 32 bytes'

export interface Data {
  note?: string
}

export interface SiteOptions extends Partial<SocketSessionsOptions<Data>> {
  readonly store?: SessionStore
  readonly port?: number
  makeStrategy?(options: { store: SessionStore; now: () => number }): SessionStrategy
}

export type Site = Awaited<ReturnType<typeof openSite>>

/** A real server, over relogin keys in memory. */
export async function openSite({ makeStrategy, port = 0, ...options }: SiteOptions = {}) {
  const { now = Date.now, store = createMemoryStore({ now }) } = options
  const strategy = makeStrategy?.({ store, now }) ?? createReloginKeyStrategy({ store, now, keys: [secret] })
  const reused: string[] = []
  const stop = onSessionEvent('reuse', event => {
    if (event.sessionId) reused.push(event.sessionId)
  })
  const held: (() => void)[] = []
  const notes: unknown[] = []
  const sockets = createSocketSessions<Data>({ now, onError: () => {}, ...options, strategy })
    .answer('sign-in', ({ session }, userId: string) => session.signIn(userId))
    .answer('sign-out', ({ session }) => session.signOut())
    .answer('who', ({ session }) => session.userId)
    .answer('put', ({ session }, note: string) => {
      session.note = note
    })
    .answer('read', ({ session }) => session.note ?? null)
    .answer('note', (_connection, text: string) => void notes.push(text))
    .answer('tell me', (connection, ...frame: [string, ...unknown[]]) => connection.tell(...frame))
    .answer('wait', () => new Promise<void>(resolve => held.push(resolve)))
  const server = createServer((_req, res) => res.end())
  sockets.attach(server)
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const { port: listening } = server.address() as AddressInfo
  const tabs: Tab[] = []

  return {
    ...{ strategy, store, sockets, server, reused, held, notes, port: listening },
    url: `ws://127.0.0.1:${listening}`,
    /** Tabs of one browser share a profile. */
    open(profile: Profile = createProfile(), options: Partial<ClientOptions> = {}): Tab {
      const tab = openTab(profile, { url: `ws://127.0.0.1:${listening}`, ...options })
      tabs.push(tab)
      return tab
    },
    async [Symbol.asyncDispose]() {
      stop()
      for (const { client } of tabs) client.close()
      for (const release of held) release()
      await sockets.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What a browser's tabs of one site have in common. */
export interface Profile {
  readonly name: string
  readonly storage: ClientStorage
  /** What is stored. */
  item(identity?: string): Item | null
}

export function createProfile(): Profile {
  const name = randomUUID()
  const storage = createMemoryStorage()
  return {
    ...{ name, storage },
    item: (identity = 'default') => JSON.parse((storage.read(`${name}:${identity}`) as string) ?? 'null'),
  }
}

export interface Tab {
  readonly client: Client
  readonly wire: Wire
  /** All that there were. */
  readonly states: State[]
  /** Resolves when it is in this state. */
  is(name: State['name'], detail?: string): Promise<void>
}

export function openTab({ name, storage }: Profile, options: ClientOptions): Tab {
  const wire = createWire()
  const client = createClient({
    ...{ name, storage, WebSocket: wire.WebSocket, backoff: { firstMs: 10, maxMs: 50 } },
    locks: navigator.locks as never,
    channel: name => unref(new BroadcastChannel(name)) as never,
    ...options,
  })
  const states: State[] = []
  client.onState(state => void states.push(state))
  return {
    ...{ client, wire, states },
    async is(name, detail) {
      await eventually(async () => {
        const state = client.state as { name: string; userId?: string; why?: string }
        assert.deepEqual([state.name, state.userId ?? state.why], [name, detail])
        return true
      })
    },
  }
}

const unref = (channel: object) => {
  ;(channel as { unref(): void }).unref()
  return channel
}

export async function signedIn(tab: Tab, userId = 'alice'): Promise<Tab> {
  await tab.client.ask('sign-in', userId)
  await tab.is('active', userId)
  return tab
}
