import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { createRecord } from '@sojourn/conformance'
import { startPostgres, startProxy } from '@sojourn/testbed'
import pg from 'pg'
import type { Driver } from './driver.ts'
import { createPostgresDriver } from './postgres.ts'
import { type Opened, type OpenOptions, testServer } from './server.fixture.ts'
import { createDatabaseStore } from './store.ts'

testServer({
  name: 'PostgreSQL',
  start: startPostgres,
  open,
  refusals: {
    password: 'refuses the password (28P01)',
    user: 'refuses the password',
    database: 'has no such database (3D000)',
  },
})

suite('the PostgreSQL driver', () => {
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
    await using opened = open(server.url, { timeoutMs: 100, connectionTimeoutMillis: 30_000 })
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

  test('has ended its cancelling before the next statement, which that would end', async () => {
    await using server = await startPostgres()
    using gate = await startGate(server.url)
    await using opened = open(gate.url, { timeoutMs: 300, connectionTimeoutMillis: 5000 })
    const { driver } = opened
    await driver.run([{ sql: 'select 1', values: [] }])
    await driver.run([{ sql: 'select pg_sleep(0.5)', values: [] }]) // Ends by itself.
    assert.equal(gate.ended, 1)
  })

  test('gives up a late statement that cannot be cancelled, as no connection can be made', async () => {
    await using server = await startPostgres()
    using gate = await startGate(server.url)
    await using opened = open(gate.url, { timeoutMs: 300, connectionTimeoutMillis: 5000 })
    const { driver, pool } = opened
    await driver.run([{ sql: 'select 1', values: [] }])
    gate.close()
    const slow = driver.run([{ sql: 'select pg_sleep(10)', values: [] }])
    await assert.rejects(slow, { code: 'store_unavailable', message: /did not answer in time: check/ })
    assert.equal(pool.totalCount, 0)
  })

  test('lets no statement be given up by a limit of the pool: the server would go on with it', async () => {
    await using server = await startPostgres()
    await using opened = open(server.url, { query_timeout: 50 })
    await opened.driver.run([{ sql: 'select pg_sleep(0.2)', values: [] }])
  })
})

interface PostgresOpened extends Opened {
  readonly driver: Driver
  readonly pool: pg.Pool
}

function open(
  url: string,
  { timeoutMs = 30_000, ...options }: OpenOptions & pg.PoolConfig = {},
): PostgresOpened {
  const pool = new pg.Pool({ connectionString: url, ...options })
  const driver = createPostgresDriver(pool, { timeoutMs })
  const store = createDatabaseStore({ driver })
  return {
    driver,
    store,
    pool,
    countWaiting: () => pool.waitingCount,
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool.end()
    },
  }
}

interface Gate extends Disposable {
  readonly url: string
  /** How many connections the server has ended. */
  readonly ended: number
  /** Lets no more connections be made. */
  close(): void
}

/** A way to a server that lets a second connection through when the first is next answered. */
async function startGate(address: string): Promise<Gate> {
  const url = new URL(address)
  const targetPort = Number(url.port)
  const sockets: Socket[] = []
  let first: Socket | undefined
  let ended = 0
  const gate = createServer({ allowHalfOpen: true }, async client => {
    client.on('error', () => {})
    if (first !== undefined) await once(first, 'data')
    const target = connect({ port: targetPort, host: url.hostname, allowHalfOpen: true })
    target.on('error', () => {}).on('end', () => ended++)
    sockets.push(client, target)
    first ??= target
    client.pipe(target).pipe(client)
  })
  await once(gate.listen(0, '127.0.0.1'), 'listening')
  url.port = `${(gate.address() as AddressInfo).port}`
  const close = () => void gate.close()
  return {
    url: url.href,
    get ended() {
      return ended
    },
    close,
    [Symbol.dispose]() {
      close()
      for (const socket of sockets) socket.destroy() // A half-open one would keep the process alive.
    },
  }
}
