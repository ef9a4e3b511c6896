import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import pg from 'pg'
import { eventually } from './eventually.ts'
import { startPostgres } from './postgres.ts'
import { isRunning } from './process-tree.ts'
import { startRedis } from './redis.ts'
import { sendRedis } from './redis-command.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

test('a postgres that was killed amid its work and restarted has what was committed', async () => {
  const [alice, bob] = [await open(server.url), await open(server.url)]
  await alice.query("create table sessions as select 'alice' as name")
  bob.query('select pg_sleep(1000)').catch(() => {})
  await eventually(async () => {
    const { rows } = await alice.query("select pid from pg_stat_activity where wait_event = 'PgSleep'")
    return rows.length === 1
  })
  const { rows } = await alice.query('select pid from pg_stat_activity')
  assert.ok(rows.length > 2)
  await server.kill()
  assert.deepEqual(
    rows.filter(({ pid }) => isRunning(pid)),
    [],
  )
  await server.restart()
  await using again = await open(server.url)
  assert.deepEqual((await again.query('select name from sessions')).rows, [{ name: 'alice' }])
})

test('a postgres that was killed leaves no shared memory behind', async () => {
  const client = await open(server.url)
  const { rows } = await client.query("select pg_read_file('postmaster.pid') as text")
  const [, id] = rows[0].text.split('\n')[6].trim().split(/\s+/)
  const isThere = () => spawnSync('ipcs', ['-m'], { encoding: 'utf8' }).stdout.split(/\s+/).includes(id)
  assert.ok(isThere())
  await server.kill()
  assert.ok(!isThere())
  await server.restart()
})

test('a postgres checks the password', async () => {
  const url = new URL(server.url)
  url.password = 'wrong'
  await assert.rejects(open(url.href), { code: '28P01' })
})

test('a postgres has the promised settings, and its durability', async () => {
  await using client = await open(server.url)
  const settings = {
    server_encoding: 'UTF8',
    lc_messages: 'C',
    max_connections: '100',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    password_encryption: 'scram-sha-256',
  }
  for (const [name, value] of Object.entries(settings)) {
    assert.deepEqual((await client.query(`show ${name}`)).rows, [{ [name]: value }])
  }
})

test('a frozen postgres accepts a connection, and leaves all that are open without an answer', async () => {
  await using lively = await startRedis()
  await using client = await open(server.url)
  server.freeze()
  let answered = false
  const answer = client.query('select 1').then(() => {
    answered = true
  })
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  for (let n = 0; n < 100; n++) await sendRedis(lively.port, ['PING'])
  assert.equal(answered, false)
  server.thaw()
  await answer
})

async function open(connectionString: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
