import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { eventually } from '@sojourn/conformance'
import { provideRedis } from '@sojourn/testbed'
import { createClient } from 'redis'
import { fromNodeRedis } from './node-redis.ts'

test('a store that is closed while it begins to listen leaves nothing behind that keeps the process alive', async () => {
  await using server = await provideRedis()
  const client = await createClient({ url: server.url }).connect()
  client.setMaxListeners(100)
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  for (let turns = 0; turns < 60; turns++) {
    const connection = fromNodeRedis(client)
    connection.subscribe('removed', () => {}).catch(() => {})
    for (let turn = 0; turn < turns / 2; turn++) await setImmediate()
    await connection.close()
  }
  await eventually(() => timers() <= before, 'nothing pings any more')
  await client.close()
})
