import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRecord, eventually } from '@sojourn/conformance'
import { SessionError } from '@sojourn/core'
import { type Server, startProxy } from '@sojourn/testbed'
import type { DatabaseStore } from './store.ts'

export interface Opened extends AsyncDisposable {
  readonly store: DatabaseStore
  /** How many wait for a connection, where the pool tells. */
  countWaiting?(): number
}

export interface OpenOptions {
  readonly max?: number
  readonly timeoutMs?: number
}

export interface DatabaseServer {
  /** As errors call it. */
  readonly name: string
  start(): Promise<Server>
  open(url: string, options?: OpenOptions): Opened
  /** What errors say of what the server refuses. */
  readonly refusals: { readonly password: string; readonly user: string; readonly database: string }
}

/** What is to be seen of any server that is misnamed, is away, crashes or falls silent. */
export function testServer({ name, start, open, refusals }: DatabaseServer): void {
  suite(`a store of ${name}`, () => {
    test('says what is wrong with the address', async () => {
      await using server = await start()
      const wrong: Record<string, Partial<URL>> = {
        [refusals.password]: { password: 'wrong' },
        [refusals.user]: { username: 'nobody' },
        [refusals.database]: { pathname: '/nowhere' },
        'does not answer (ECONNREFUSED)': { port: '1' },
        'has a host name that': { hostname: 'nowhere.invalid' }, // ENOTFOUND or EAI_AGAIN
      }
      assert.equal(Object.keys(wrong).length, 5)
      for (const [meaning, part] of Object.entries(wrong)) {
        const url = Object.assign(new URL(server.url), part)
        await using opened = open(url.href)
        const { hostname, port } = url
        await assert.rejects(opened.store.read('a'), (error: unknown) => {
          assert.ok(error instanceof SessionError)
          assert.equal(error.code, 'store_unavailable')
          assert.ok(error.message.startsWith(`${name} at ${hostname}:${port} ${meaning}`), error.message)
          assert.ok(error.cause instanceof Error)
          assert.ok(!error.message.includes(new URL(server.url).password))
          return true
        })
      }
    })

    test('rides out a server that is away at first, and one that crashes', async () => {
      await using server = await start()
      await server.kill()
      await using opened = open(server.url)
      const { store } = opened
      const told: string[] = []
      store.onRemoved(id => void told.push(id))
      await assert.rejects(store.migrate(), { code: 'store_unavailable' })
      await assert.rejects(store.read('a'), { code: 'store_unavailable' })
      await server.restart()
      await store.migrate()
      const record = createRecord(Date.now(), { version: 1 })
      assert.equal(await store.write(record), true)
      await hearsRemovalsOf(server.url, told)

      await Promise.all([store.listByUser('a'), store.listByUser('b')]) // Leaves idle connections.
      await server.kill()
      await assert.rejects(store.read('a'), { code: 'store_unavailable' })
      await assert.rejects(store.remove('a'), { code: 'store_unavailable' })
      await server.restart()
      assert.deepEqual(await store.read(record.id), record)
      await hearsRemovalsOf(server.url, told)
    })

    test('gives up connections that fell silent, and all is well when the network is', async () => {
      await using server = await start()
      await using proxy = await startProxy(server)
      await using opened = open(proxy.url, { max: 3, timeoutMs: 300 })
      const { store } = opened
      await store.migrate()
      const told: string[] = []
      store.onRemoved(id => void told.push(id))
      await hearsRemovalsOf(server.url, told)

      await Promise.all([store.listByUser('a'), store.listByUser('b')]) // Leaves idle connections.
      proxy.blackHole()
      for (let round = 0; round < 3; round++) {
        const asked = [store.read('a'), store.listByUser('a'), store.listByUser('b'), store.remove('a')]
        for (const { status } of await Promise.allSettled(asked)) assert.equal(status, 'rejected')
      }
      proxy.heal()
      await eventually(() => (opened.countWaiting?.() ?? 0) === 0, 'nobody waits')
      for (let round = 0; round < 5; round++) assert.equal(await readInTheEnd(store), null)
      await hearsRemovalsOf(server.url, told)
    })
  })

  /** Has another process remove sessions until one is told. */
  async function hearsRemovalsOf(url: string, told: string[]): Promise<void> {
    await using other = open(url)
    const heard = told.length
    const end = performance.now() + 15_000
    while (told.length === heard) {
      assert.ok(performance.now() < end, 'no removal is heard')
      const record = createRecord(Date.now(), { version: 1 })
      await other.store.write(record)
      await other.store.remove(record.id)
    }
  }
}

/** Connections that were being made while the network was away may fail once more. */
async function readInTheEnd(store: DatabaseStore): Promise<unknown> {
  for (let triesLeft = 3; ; triesLeft--) {
    try {
      return await store.read('unknown')
    } catch (error) {
      if (triesLeft === 1) throw error
    }
  }
}
