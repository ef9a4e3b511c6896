import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import mysql from 'mysql2/promise'
import { startMariadb } from './mariadb.ts'
import { startRedis } from './redis.ts'
import { sendRedis } from './redis-command.ts'

const server = await startMariadb()
after(() => server[Symbol.asyncDispose]())

test('a mariadb that was killed and restarted has what was committed, in any script', async () => {
  await query(server.url, 'CREATE TABLE sessions (name VARCHAR(20))')
  await query(server.url, "INSERT INTO sessions VALUES ('Åsa 🎸')")
  await server.kill()
  await assert.rejects(query(server.url, 'SELECT 1'), { code: 'ECONNREFUSED' })
  await server.restart()
  assert.deepEqual(await query(server.url, 'SELECT name FROM sessions'), [{ name: 'Åsa 🎸' }])
})

test('a mariadb checks the password', async () => {
  const url = new URL(server.url)
  url.password = 'wrong'
  await assert.rejects(query(url.href, 'SELECT 1'), { code: 'ER_ACCESS_DENIED_ERROR' })
})

test('a mariadb keeps its durability', async () => {
  const sql = 'SELECT @@innodb_flush_log_at_trx_commit AS flush, @@innodb_doublewrite AS doublewrite'
  assert.deepEqual(await query(server.url, sql), [{ flush: 1, doublewrite: 1 }])
})

test('a frozen mariadb answers once it is thawed', async () => {
  await using lively = await startRedis()
  server.freeze()
  let answered = false
  const answer = query(server.url, 'SELECT 1').then(() => {
    answered = true
  })
  for (let n = 0; n < 100; n++) await sendRedis(lively.port, ['PING'])
  assert.equal(answered, false)
  server.thaw()
  await answer
})

async function query(url: string, sql: string): Promise<unknown> {
  const connection = await mysql.createConnection(url)
  try {
    return (await connection.query(sql))[0]
  } finally {
    connection.destroy()
  }
}
