import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRecord } from '@sojourn/conformance'
import { SessionError } from '@sojourn/core'
import { startMariadb, startProxy } from '@sojourn/testbed'
import { createPool } from 'mysql2/promise'
import { createMysqlDriver } from './mysql.ts'
import { createDatabaseStore, type DatabaseStore } from './store.ts'

suite('a store in MariaDB', () => {
  test('says what is wrong with the address', async () => {
    await using server = await startMariadb()
    const wrong: Record<string, Partial<URL>> = {
      'refuses the user or the password (ER_ACCESS_DENIED_ERROR)': { password: 'wrong' },
      'refuses the user or the password': { username: 'nobody' },
      'has no such database (ER_BAD_DB_ERROR)': { pathname: '/nowhere' },
      'does not answer (ECONNREFUSED)': { port: '1' },
      'has a host name that': { hostname: 'nowhere.invalid' }, // ENOTFOUND or EAI_AGAIN
    }
    for (const [meaning, part] of Object.entries(wrong)) {
      const url = Object.assign(new URL(server.url), part)
      await using opened = open(url.href)
      const { hostname, port } = url
      await assert.rejects(opened.store.read('a'), (error: unknown) => {
        assert.ok(error instanceof SessionError)
        assert.equal(error.code, 'store_unavailable')
        assert.ok(error.message.startsWith(`MySQL at ${hostname}:${port} ${meaning}`), error.message)
        assert.ok(error.cause instanceof Error)
        assert.ok(!error.message.includes(new URL(server.url).password))
        return true
      })
    }
  })

  test('rides out a server that is away at first, and one that crashes', async () => {
    await using server = await startMariadb()
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
    await using server = await startMariadb()
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
    for (let round = 0; round < 5; round++) assert.equal(await readInTheEnd(store), null)
    await hearsRemovalsOf(server.url, told)
  })
})

interface Opened extends AsyncDisposable {
  readonly store: DatabaseStore
}

function open(uri: string, options: { max?: number; timeoutMs?: number } = {}): Opened {
  const { max = 10, timeoutMs = 2000 } = options
  const pool = createPool({ uri, connectionLimit: max, connectTimeout: timeoutMs })
  const store = createDatabaseStore({ driver: createMysqlDriver(pool, { timeoutMs }) })
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool.end().catch(() => {}) // It throws what befell a connection that was still being made.
    },
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
