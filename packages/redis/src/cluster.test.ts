import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { createClock, createRecord } from '@sojourn/conformance'
import type { SessionRecord, SessionStore } from '@sojourn/core'
import { startRedisCluster, startRedisSentinel } from '@sojourn/testbed'
import { createClient } from 'redis'
import {
  connectIoredis,
  connectIoredisCluster,
  connectIoredisSentinel,
  connectNodeRedis,
  connectNodeRedisCluster,
  connectNodeRedisSentinel,
  type Library,
} from './clients.fixture.ts'
import { createRedisStore } from './store.ts'
import { until } from './until.fixture.ts'

const { now } = createClock()
type Ports = readonly number[]

for (const [name, connect, connectSingle] of [
  ['node-redis', connectNodeRedisCluster, connectNodeRedis],
  [
    'ioredis',
    async (ports: Ports) => connectIoredisCluster(ports),
    async (url: string) => connectIoredis(url),
  ],
] as const) {
  suite(`a redis store on a Cluster, over ${name}`, () => {
    const started = new AsyncDisposableStack()
    after(() => started.disposeAsync())

    test('has its sessions on all primaries, and tells of each that is removed', async () => {
      const cluster = started.use(await startRedisCluster())
      const { store } = openStore(started, await connect(cluster.servers.map(({ port }) => port)))
      const told: string[] = []
      store.onRemoved(id => void told.push(id))
      const records = await saveMany(store, 30)
      for (const { userId, id } of records) {
        assert.deepEqual(await idsOf(store, userId), [id])
        await store.remove(id)
        assert.equal(await store.read(id), null)
        assert.deepEqual(await idsOf(store, userId), [])
      }
      await until(async () => told.length >= records.length, 'all removals were told')
      assert.deepEqual(told.toSorted(), records.map(({ id }) => id).toSorted())
    })

    test('works again when a primary was killed under load, and mixes nothing up', async () => {
      const cluster = started.use(await startRedisCluster())
      const { store } = openStore(started, await connect(cluster.servers.map(({ port }) => port)))
      const told: string[] = []
      store.onRemoved(id => void told.push(id))
      const records = await saveMany(store, 30)
      const primaries = await cluster.primaries()
      await Promise.all(primaries.map(untilReplicated))
      const [killed] = primaries
      const killing = until(async () => killed?.kill().then(() => true) ?? false, 'a primary was killed')
      await Promise.all(records.map(record => useUntilSaved(store, record, 20)))
      await killing
      await Promise.all(records.map(record => useUntilSaved(store, record, 3)))
      for (const { userId, id } of records) assert.deepEqual(await idsOf(store, userId), [id])
      await until(() => isToldAgain(store, told), 'a removal was told')
    })

    test('says that a client for one server does not do', async () => {
      const cluster = started.use(await startRedisCluster())
      const { store } = openStore(started, await connectSingle(cluster.servers[0]?.url as string))
      await assert.rejects(saveMany(store, 30), /is a Cluster \(MOVED\): connect with the Cluster client/)
    })
  })
}

for (const [name, connect] of [
  ['node-redis', connectNodeRedisSentinel],
  ['ioredis', async (...args: Parameters<typeof connectIoredisSentinel>) => connectIoredisSentinel(...args)],
] as const) {
  test(`a redis store behind Sentinel, over ${name}, works again when the primary was killed`, async () => {
    await using started = new AsyncDisposableStack()
    const sentinel = started.use(await startRedisSentinel())
    const { store } = openStore(started, await connect(sentinel.name, sentinel.sentinels))
    const told: string[] = []
    store.onRemoved(id => void told.push(id))
    const [record, removed] = (await saveMany(store, 2)) as [OfUser, OfUser]
    await store.remove(removed.id)
    await until(async () => told.includes(removed.id), 'a removal was told')
    await sentinel.primary.kill()
    await useUntilSaved(store, record, 3)
    await until(() => isToldAgain(store, told), 'a removal was told')
  })
}

type OfUser = SessionRecord & { readonly userId: string }

function openStore(started: AsyncDisposableStack, library: Library): { store: SessionStore } {
  started.use(library)
  const store = createRedisStore({ client: library.client(), now })
  started.defer(() => store.close())
  return { store }
}

/** Each session of a user of its own. */
async function saveMany(store: SessionStore, count: number): Promise<OfUser[]> {
  const records = Array.from({ length: count }, (): OfUser => {
    const record = createRecord(now(), { version: 1 })
    return { ...record, userId: `user of ${record.id}`, data: `{"owner":"${record.id}"}` }
  })
  for (const record of records) assert.equal(await store.write(record), true)
  return records
}

/** Saves it so many times; what was lost in a fail-over is begun anew. */
async function useUntilSaved(store: SessionStore, record: OfUser, times: number): Promise<void> {
  for (let saved = 0; saved < times; ) {
    await until(async () => {
      const stored = await store.read(record.id)
      if (stored !== null) assert.deepEqual({ ...stored, version: 0 }, { ...record, version: 0 })
      if (await store.write({ ...record, version: (stored?.version ?? 0) + 1 })) saved++
      return true
    }, 'it was saved')
  }
}

/** Ends a session, and says whether it, or one that was so ended before, was told of. */
async function isToldAgain(store: SessionStore, told: string[]): Promise<boolean> {
  const before = told.length
  const [{ id }] = (await saveMany(store, 1)) as [OfUser]
  await store.remove(id)
  return told.length > before
}

const idsOf = async (store: SessionStore, userId: string) =>
  (await store.listByUser(userId)).map(({ id }) => id)

/** What a replica has not got yet is lost in a fail-over. */
async function untilReplicated({ url }: { readonly url: string }): Promise<void> {
  const primary = await createClient({ url }).connect()
  await primary.sendCommand(['WAIT', '1', '5000'])
  primary.destroy()
}
