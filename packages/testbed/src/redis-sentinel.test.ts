import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './eventually.ts'
import { sendRedis } from './redis-command.ts'
import { startRedisSentinel } from './redis-sentinel.ts'

test('the sentinels make the replica a primary when the primary is lost', async () => {
  await using redis = await startRedisSentinel()
  const { name, primary, replica, sentinels } = redis
  assert.equal(sentinels.length, 3)
  const findPrimary = async (sentinel: { port: number }) => {
    const address = await sendRedis(sentinel.port, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name])
    return Number(address.split('\r\n')[4])
  }
  for (const sentinel of sentinels) {
    assert.equal(await findPrimary(sentinel), primary.port)
    assert.match(await sendRedis(sentinel.port, ['SENTINEL', 'CKQUORUM', name]), /^\+OK 3 usable/)
    assert.match(
      await sendRedis(sentinel.port, ['SENTINEL', 'REPLICAS', name]),
      new RegExp(`${replica.port}`),
    )
  }
  await assert.rejects(sendRedis(replica.port, ['SET', 'alice', 'cart']), /READONLY/)
  await sendRedis(primary.port, ['SET', 'alice', 'cart'])
  await sendRedis(primary.port, ['WAIT', '1', '900'])

  primary.freeze()
  for (const sentinel of sentinels) {
    await eventually(async () => (await findPrimary(sentinel)) === replica.port)
  }
  assert.equal(await sendRedis(replica.port, ['GET', 'alice']), '$4\r\ncart\r\n')
  assert.equal(await sendRedis(replica.port, ['SET', 'alice', 'order']), '+OK\r\n')
})
