import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRecord, eventually } from '@sojourn/conformance'
import { SessionError } from '@sojourn/core'
import { startPostgres, startProxy } from '@sojourn/testbed'
import pg from 'pg'
import type { Driver } from './driver.ts'
import { createPostgresDriver } from './postgres.ts'
import { createDatabaseStore, type DatabaseStore } from './store.ts'

suite('a store in PostgreSQL', () => {
  test('says what is wrong with the address', async () => {
    await using server = await startPostgres()
    const wrong: Record<string, Partial<URL>> = {
      'refuses the password (28P01)': { password: 'wrong' },
      'refuses the password': { username: 'nobody' },
      'has no such database (3D000)': { pathname: '/nowhere' },
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
        assert.ok(error.message.startsWith(`PostgreSQL at ${hostname}:${port} ${meaning}`), error.message)
        assert.ok(error.cause instanceof Error)
        assert.ok(!error.message.includes(new URL(server.url).password))
        return true
      })
    }
  })

  test('says what to do when a connection, or the way to one, is lost', async () => {
    await using server = await startPostgres()
    await using proxy = await startProxy(server)
    await using opened = open(proxy.url, { timeoutMs: 300 })
    const remedy = /: check that it runs and can be reached\.$/
    const code = 'store_unavailable'
    await opened.store.migrate()
    proxy.blackHole()
    // At first it falls silent while it is asked, then while it is made.
    await assert.rejects(opened.store.read('a'), { code, message: remedy })
    await assert.rejects(opened.store.read('a'), { code, message: remedy })
    proxy.heal()
  })

  test('leaves no more connections on the server than the pool has, while a table is locked', async () => {
    await using server = await startPostgres()
    await using opened = open(server.url, { max: 5, timeoutMs: 300 })
    const { store, pool } = opened
    await store.migrate()
    const record = createRecord(Date.now(), { version: 1 })
    await store.write(record)
    const rival = new pg.Client({ connectionString: server.url })
    rival.on('error', () => {})
    await rival.connect()
    await rival.query('begin; lock table sojourn_sessions in access exclusive mode')
    const reasons: string[] = []
    for (let round = 0; round < 5; round++) {
      const asked = Array.from({ length: 10 }, () => store.listByUser('a'))
      const settled = await Promise.allSettled(asked)
      reasons.push(...settled.map(one => (one.status === 'rejected' ? one.reason.message : 'fulfilled')))
      await rival.query('select pg_stat_clear_snapshot()')
      const { rows } = await rival.query(
        `select count(*)::int as count from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      assert.ok(rows[0].count <= 5, `${rows[0].count} connections`)
    }
    assert.ok(!reasons.includes('fulfilled'))
    assert.match(reasons.join(), /did not answer in time \(57014\): check .* locks/)
    await rival.query('rollback')
    await rival.end()
    assert.deepEqual(await store.read(record.id), record)
    assert.equal(pool.waitingCount, 0)
  })

  test('cancels nothing of others: a statement of the same pool may take longer', async () => {
    await using server = await startPostgres()
    await using opened = open(server.url, { timeoutMs: 100 })
    const { driver, pool } = opened
    const slow = { sql: 'select pg_sleep(10)', values: [] }
    const own = pool.query('select pg_sleep(0.5)')
    await assert.rejects(driver.run([slow]), /57014/)
    await own
    // On the connection of the cancelled statement.
    for (let n = 0; n < 20; n++) await driver.run([{ sql: 'select 1', values: [] }])
    assert.equal(pool.totalCount, 2)
  })

  test('gives a pool a limit on connecting that has none, and keeps any other', () => {
    for (const [given, kept] of [
      [undefined, 300],
      [0, 0],
      [5000, 5000],
    ]) {
      const pool = new pg.Pool(given === undefined ? {} : { connectionTimeoutMillis: given })
      createPostgresDriver(pool, { timeoutMs: 300 })
      assert.equal(pool.options.connectionTimeoutMillis, kept)
    }
  })

  test('refuses a pool of one connection, which the listener would take', () => {
    const create = (max: number) => createPostgresDriver(new pg.Pool({ max }))
    assert.throws(() => create(1), { code: 'invalid_option', message: /raise its max/ })
    create(2)
  })

  test('rides out a server that is away at first, and one that crashes', async () => {
    await using server = await startPostgres()
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
    await using server = await startPostgres()
    await using proxy = await startProxy(server)
    await using opened = open(proxy.url, { max: 3, timeoutMs: 300 })
    const { store, pool } = opened
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
    await eventually(() => pool.waitingCount === 0, 'nobody waits')
    for (let round = 0; round < 5; round++) assert.equal(await readInTheEnd(store), null)
    await hearsRemovalsOf(server.url, told)
  })
})

interface Opened extends AsyncDisposable {
  readonly store: DatabaseStore
  readonly driver: Driver
  readonly pool: pg.Pool
}

function open(connectionString: string, options: { max?: number; timeoutMs?: number } = {}): Opened {
  const { max = 10, timeoutMs = 2000 } = options
  const pool = new pg.Pool({ connectionString, max })
  const driver = createPostgresDriver(pool, { timeoutMs })
  const store = createDatabaseStore({ driver })
  return {
    driver,
    store,
    pool,
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool.end()
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
