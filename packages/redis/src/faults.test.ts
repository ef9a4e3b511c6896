import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createClock, createRecord } from '@sojourn/conformance'
import { SessionError, type SessionStore } from '@sojourn/core'
import { startProxy, startRedis } from '@sojourn/testbed'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { RedisClient } from './client.ts'
import { fromIoredis } from './ioredis.ts'
import { fromNodeRedis } from './node-redis.ts'
import { createRedisStore } from './store.ts'
import { until } from './until.fixture.ts'

const { now } = createClock()
const password = 'right'

interface Connected extends AsyncDisposable {
  readonly client: RedisClient
  isReady(): boolean
}

/** Nobody waits for the connection, and nobody listens for its errors, but the store. With the README's settings. */
const libraries: { readonly [name: string]: (url: string) => Connected } = {
  'node-redis'(url) {
    const reconnectStrategy = (retries: number) => Math.min(50 * 2 ** retries, 1000)
    const socket = { socketTimeout: 1500, reconnectStrategy }
    const library = createClient({ url, pingInterval: 500, socket })
    const client = fromNodeRedis(library)
    library.connect().catch(() => {})
    return {
      client,
      isReady: () => library.isReady,
      [Symbol.asyncDispose]: async () => library.destroy(),
    }
  },
  ioredis(url) {
    const library = new Redis(url, { socketTimeout: 1500, autoResendUnfulfilledCommands: false })
    return {
      client: fromIoredis(library),
      isReady: () => library.status === 'ready',
      [Symbol.asyncDispose]: async () => library.disconnect(),
    }
  },
}

for (const [name, connect] of Object.entries(libraries)) {
  suite(`a redis store over ${name}`, () => {
    const started = new AsyncDisposableStack()
    after(() => started.disposeAsync())

    function open(url: string) {
      const library = started.use(connect(url))
      const store = createRedisStore({ client: library.client, now })
      started.defer(() => store.close())
      return { store, library }
    }

    test('says that the password is wrong, or missing, until it is right', async () => {
      const redis = started.use(await startRedis({ password }))
      const wrong = open(`redis://:wrong@127.0.0.1:${redis.port}`)
      const none = open(`redis://127.0.0.1:${redis.port}`)
      for (let tries = 0; tries < 3; tries++) {
        assert.match(
          await refusal(wrong.store),
          new RegExp(`${redis.port} refuses the user and password \\(WRONGPASS`),
        )
        assert.match(await refusal(none.store), new RegExp(`${redis.port} wants a password \\(NOAUTH`))
      }
      const owner = started.use(connect(redis.url))
      await owner.client.send('', ['CONFIG', 'SET', 'requirepass', 'wrong'])
      await until(async () => (await wrong.store.read('id')) === null, 'the password was right')
    })

    test('says that nothing listens, and works as soon as something does', async () => {
      const redis = started.use(await startRedis())
      await redis.kill()
      const { store } = open(redis.url)
      for (let tries = 0; tries < 3; tries++) {
        assert.match(await refusal(store), new RegExp(`Nothing listens at 127.0.0.1:${redis.port} `))
      }
      await redis.restart()
      await until(async () => (await store.read('id')) === null, 'it was asked')
    })

    test('says that there is no such host', async () => {
      const { store } = open('redis://no-such-host.invalid:6379')
      assert.match(await refusal(store), /no-such-host.invalid.*(ENOTFOUND|EAI_AGAIN)/)
    })

    test('says what the user of Redis may not do', async () => {
      const redis = started.use(await startRedis())
      const owner = started.use(connect(redis.url))
      const rights = ['on', '>pw', '~sojourn:*', '&sojourn:*', '+@connection', '+info', '+get']
      await owner.client.send('', ['ACL', 'SETUSER', 'reader', ...rights])
      const { store } = open(`redis://reader:pw@127.0.0.1:${redis.port}`)
      assert.equal(await store.read('id'), null)
      const error = await faultOf(store.write(createRecord(now(), { version: 1 })))
      assert.match(error.message, /NOPERM.*README/)
    })

    test('says that the user of Redis may not listen', async () => {
      const redis = started.use(await startRedis())
      const owner = started.use(connect(redis.url))
      const rights = ['on', '>pw', '~sojourn:*', '&sojourn:*', '+@all', '-subscribe']
      await owner.client.send('', ['ACL', 'SETUSER', 'deaf', ...rights])
      const { store } = open(`redis://deaf:pw@127.0.0.1:${redis.port}`)
      store.onRemoved(() => {})
      await until(
        () =>
          store.remove('id').then(
            () => false,
            error => /NOPERM.*README/.test(error.message),
          ),
        'it was said',
      )
      await owner.client.send('', ['ACL', 'SETUSER', 'deaf', '+subscribe'])
      await until(() => store.remove('id').then(() => true), 'it may listen')
    })

    test('says it too where a script may not do what it does', async () => {
      const redis = started.use(await startRedis())
      const owner = started.use(connect(redis.url))
      const rights = ['on', '>pw', '~sojourn:*', '&sojourn:*', '+@all', '-getrange']
      await owner.client.send('', ['ACL', 'SETUSER', 'half', ...rights])
      const { store } = open(`redis://half:pw@127.0.0.1:${redis.port}`)
      const record = createRecord(now(), { version: 1 })
      await store.write(record)
      await assert.rejects(store.write({ ...record, version: 2 }), /NOPERM|can't run this command/)
    })

    test('needs no right but those that the README lists', async () => {
      const redis = started.use(await startRedis())
      const owner = started.use(connect(redis.url))
      const commands =
        '+get +getrange +set +del +eval +evalsha +publish +subscribe +zadd +zrem +zrange +zrangebyscore'
      const more = '+zremrangebyscore +pexpire +ping +info'
      const rights = `on >pw ~sojourn:* &sojourn:removed ${commands} ${more}`.split(' ')
      await owner.client.send('', ['ACL', 'SETUSER', 'sessions', ...rights])
      const { store } = open(`redis://sessions:pw@127.0.0.1:${redis.port}`)
      await assertWorks(store)
    })

    test('rides out a connection that is lost and found again', async () => {
      const redis = started.use(await startRedis())
      const proxy = started.use(await startProxy(redis))
      const { store, library } = open(`redis://127.0.0.1:${proxy.port}`)
      await assertWorks(store)
      proxy.cut()
      await until(async () => !library.isReady(), 'the loss was noticed')
      const reading = store.read('id')
      proxy.heal()
      assert.equal(await reading, null)
      await assertWorks(store)
    })

    test('notices a connection that is silent for ever, and makes another one', async () => {
      const redis = started.use(await startRedis())
      const proxy = started.use(await startProxy(redis))
      const { store } = open(`redis://127.0.0.1:${proxy.port}`)
      await assertWorks(store)
      proxy.blackHole()
      proxy.heal()
      const readAgain = async () => {
        const reading = store.read('id').then(answer => answer === null)
        return Promise.race([reading, setTimeout(200, false)]) // All the while there is traffic.
      }
      await until(readAgain, 'it was asked')
      await assertWorks(store)
    })

    test('outlives a restart of Redis, and is told of removals again', async () => {
      const redis = started.use(await startRedis({ durable: true, config: ['appendfsync always'] }))
      const { store } = open(redis.url)
      const record = createRecord(now(), { version: 1, userId: 'alice' })
      await store.write(record)
      await assertWorks(store)
      await redis.restart()
      await until(async () => (await store.read(record.id))?.id === record.id, 'it was read again')
      assert.deepEqual(await store.listByUser('alice'), [record])
      assert.equal(await store.write({ ...record, version: 2 }), true)
      await assertWorks(store)
    })
  })
}

/** Saves, lists and ends a session; and is told of such an end. */
async function assertWorks(store: SessionStore): Promise<void> {
  const told: string[] = []
  const stop = store.onRemoved(id => void told.push(id))
  const heardAgain = async () => {
    const record = createRecord(now(), { version: 1, userId: 'someone' })
    assert.equal(await store.write(record), true)
    assert.equal(await store.write({ ...record, version: 2 }), true)
    assert.equal((await store.read(record.id))?.version, 2)
    assert.deepEqual(await store.listByUser('someone'), [{ ...record, version: 2 }])
    await store.remove(record.id)
    assert.equal(await store.read(record.id), null)
    return told.length > 0
  }
  await until(heardAgain, 'a removal was told')
  stop()
}

const refusal = async (store: SessionStore) => (await faultOf(store.read('id'))).message

async function faultOf(failing: Promise<unknown>): Promise<SessionError> {
  const error = await failing.then(
    () => assert.fail('it did not fail'),
    reason => reason,
  )
  assert.ok(error instanceof SessionError, `no SessionError: ${error}`)
  assert.equal(error.code, 'store_unavailable')
  return error
}
