import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './eventually.ts'
import { startRedisCluster } from './redis-cluster.ts'
import { sendRedis } from './redis-command.ts'
import type { Server } from './server.ts'

test('a replica takes over from a primary that was killed, and keeps its place when that is back', async () => {
  await using cluster = await startRedisCluster()
  const [first, ...others] = await cluster.primaries()
  assert.deepEqual([first, ...others], cluster.servers.slice(0, 3))

  for (const server of cluster.servers) {
    assert.match(await sendRedis(server.port, ['CLUSTER', 'INFO']), /cluster_state:ok/)
    assert.equal((await sendRedis(server.port, ['CLUSTER', 'NODES'])).match(/slave /g)?.length, 3)
  }

  const key = 'alice' // in the slots of the first primary
  assert.equal(await sendRedis(port(first), ['SET', key, 'cart']), '+OK\r\n')
  await assert.rejects(sendRedis(port(others[0]), ['GET', key]), {
    message: new RegExp(`MOVED .*:${port(first)}$`),
  })
  assert.equal(await sendRedis(port(first), ['WAIT', '1', '900']), ':1\r\n')

  await first?.kill()
  assert.deepEqual(await cluster.primaries(), others)
  await eventually(async () => (await cluster.primaries()).length === 3)
  const [heir] = (await cluster.primaries()).filter(server => !others.includes(server))
  assert.equal(heir, cluster.servers[3])
  await eventually(async () => (await sendRedis(port(heir), ['GET', key])) === '$4\r\ncart\r\n')

  await first?.restart()
  const role = () => sendRedis(port(first), ['INFO', 'replication'])
  await eventually(async () => (await role()).includes('role:slave'))
  await eventually(async () => (await cluster.primaries()).length === 3) // News travel from one to the next.
  assert.deepEqual(await cluster.primaries(), [...others, heir])
})

const port = (server: Server | undefined): number => server?.port ?? 0
