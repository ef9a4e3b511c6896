import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRedis } from './redis.ts'
import { sendRedis } from './redis-command.ts'

test('a redis that was killed and restarted has what it had, if durable', async () => {
  await using durable = await startRedis({ durable: true })
  await using usual = await startRedis()
  for (const [server, kept] of [
    [durable, '$4\r\ncart\r\n'],
    [usual, '$-1\r\n'],
  ] as const) {
    await sendRedis(server.port, ['SET', 'alice', 'cart'])
    await server.kill()
    await server.kill()
    await assert.rejects(sendRedis(server.port, ['PING']), { code: 'ECONNREFUSED' })
    await server.restart()
    assert.equal(await sendRedis(server.port, ['GET', 'alice']), kept)
  }
})

test('a redis that runs is restarted as if it had crashed', async () => {
  await using server = await startRedis()
  const findPid = async () => /process_id:\d+/.exec(await sendRedis(server.port, ['INFO']))?.[0]
  const before = await findPid()
  await server.restart()
  assert.notEqual(await findPid(), before)
})

test('a frozen redis accepts a connection, and answers once it is thawed', async () => {
  await using frozen = await startRedis()
  await using lively = await startRedis()
  let answered = false
  frozen.freeze()
  const answer = sendRedis(frozen.port, ['PING']).finally(() => {
    answered = true
  })
  for (let n = 0; n < 100; n++) await sendRedis(lively.port, ['PING'])
  assert.equal(answered, false)
  frozen.thaw()
  assert.equal(await answer, '+PONG\r\n')
})

test('a redis with a password lets in who has it, and has the given settings', async () => {
  await using server = await startRedis({ password: 'p@ss word', config: ['maxmemory 10mb'] })
  assert.equal(server.url, `redis://:p%40ss%20word@127.0.0.1:${server.port}`)
  assert.match(
    await sendRedis(server.port, ['CONFIG', 'GET', 'maxmemory'], { password: 'p@ss word' }),
    /10485760/,
  )
  await assert.rejects(sendRedis(server.port, ['PING']), /NOAUTH/)
  await assert.rejects(sendRedis(server.port, ['PING'], { password: 'wrong' }), /WRONGPASS/)
})

test('a redis takes snapshots as it comes, and only a durable one logs its writes', async () => {
  await using durable = await startRedis({ durable: true })
  await using usual = await startRedis()
  const has = async (port: number, name: string) =>
    (await sendRedis(port, ['CONFIG', 'GET', name])).split('\r\n')[4]
  assert.equal(await has(usual.port, 'save'), '3600 1 300 100 60 10000')
  assert.equal(await has(usual.port, 'appendonly'), 'no')
  assert.equal(await has(durable.port, 'appendonly'), 'yes')
  assert.equal(await has(durable.port, 'appendfsync'), 'always')
})
