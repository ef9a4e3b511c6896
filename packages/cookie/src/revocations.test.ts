import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { createRecord, dayMs, eventually, hourMs, minuteMs, TrialStore } from '@sojourn/conformance'
import type { Credential, SessionRecord, SessionStore } from '@sojourn/core'
import { owner } from './ending.ts'
import { createCookieStrategy, createRevocations, type RevocationsOptions } from './index.ts'
import { type Stores, startRedisStores, startSqliteStores } from './stores.fixture.ts'

const keys = ['the secret of these tests, of more than 32 bytes']
const started = new AsyncDisposableStack()
after(() => started.disposeAsync())
const stores: Record<string, Stores> = {
  Redis: started.use(await startRedisStores()),
  SQLite: started.use(startSqliteStores()),
}

let place = 0

/** One process, with the strategy it serves. */
function startServer(store: SessionStore, options: Partial<RevocationsOptions> = {}) {
  const revocations = createRevocations({ store, ...options })
  const { now } = options
  const strategy = createCookieStrategy({ keys, revocations, ...(now && { now }) })
  const userOf = async (credential: Credential) => (await strategy.resume(credential))?.record.userId ?? null
  return {
    strategy,
    revoker: strategy.revoker,
    userOf,
    isSignedOut: async (credential: Credential) => (await userOf(credential)) === null,
    async signIn(userId: string, from = createRecord(now?.() ?? Date.now())) {
      const saved = await strategy.save({ ...from, userId }, { reissue: true })
      assert.ok(saved.ok && saved.credential !== undefined)
      return { record: saved.record, credential: saved.credential }
    },
    async [Symbol.asyncDispose]() {
      await strategy.close()
    },
  }
}

for (const [name, { open }] of Object.entries(stores)) {
  suite(`Revocations in ${name}`, () => {
    test('that one server makes are told to the others, and known to those that start later', async () => {
      place++
      const unasked = { pollMs: hourMs, staleMs: 2 * hourMs }
      await using first = startServer(await open(`${place}`), unasked)
      await using second = startServer(await open(`${place}`), unasked)
      const [phone, laptop] = [await first.signIn('alice'), await second.signIn('alice')]
      const bob = await first.signIn('bob')
      assert.equal(await second.userOf(phone.credential), 'alice')

      await first.revoker.revoke(phone.record.id)
      assert.ok(await first.isSignedOut(phone.credential))
      await eventually(() => second.isSignedOut(phone.credential), 'the second server knows')
      assert.equal(await second.userOf(laptop.credential), 'alice')

      await second.revoker.revokeAll('alice')
      await eventually(() => first.isSignedOut(laptop.credential), 'the first server knows')
      await using third = startServer(await open(`${place}`))
      for (const { credential } of [phone, laptop]) assert.ok(await third.isSignedOut(credential))
      for (const server of [first, second, third]) assert.equal(await server.userOf(bob.credential), 'bob')
    })

    test('by the hundred, at two servers at once, are all known to both', async () => {
      place++
      await using first = startServer(await open(`${place}`))
      await using second = startServer(await open(`${place}`))
      const sessions = await Promise.all(
        Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? first : second).signIn(`user-${n}`)),
      )
      await Promise.all(
        sessions.map(({ record }, n) => (n % 4 < 2 ? first : second).revoker.revoke(record.id)),
      )
      for (const server of [first, second]) {
        for (const { credential } of sessions) {
          await eventually(() => server.isSignedOut(credential), 'a server knows')
        }
      }
    })

    test('leave those be who sign in after a sign-out everywhere, whatever the clocks say', async () => {
      place++
      const at = (offMs: number) => ({ now: () => Date.now() + offMs })
      await using ahead = startServer(await open(`${place}`), at(minuteMs))
      await using behind = startServer(await open(`${place}`), at(-minuteMs))
      const before = await ahead.signIn('alice')
      await behind.revoker.revokeAll('alice')
      const after = [await ahead.signIn('alice'), await behind.signIn('alice')]
      for (const server of [ahead, behind]) {
        assert.ok(await server.isSignedOut(before.credential))
        for (const { credential } of after) assert.equal(await server.userOf(credential), 'alice')
      }
    })
  })
}

suite('A revocation', () => {
  test('of an ordinary request asks no store', async () => {
    const store = new CountingStore()
    await using server = startServer(store, { pollMs: hourMs, staleMs: 2 * hourMs })
    const { credential, record } = await server.signIn('alice')
    const { calls } = store
    for (let n = 0; n < 100; n++) assert.equal(await server.userOf(credential), 'alice')
    assert.ok((await server.strategy.save(record, { reissue: false })).ok)
    assert.equal(store.calls, calls)
  })

  test('is found by asking, where the store does not tell', async () => {
    const store = new TrialStore()
    const silent = Object.assign(Object.create(store), { onRemoved: () => () => {} })
    await using first = startServer(silent)
    await using second = startServer(silent, { pollMs: 10 })
    const { record, credential } = await first.signIn('alice')
    await first.revoker.revoke(record.id)
    await eventually(() => second.isSignedOut(credential), 'the second server knows')
  })

  test('is kept until the deadline of what it ends, and not longer', async () => {
    const store = new TrialStore()
    await using server = startServer(store)
    const { record } = await server.signIn('alice')
    await server.revoker.revoke(record.id, { deadline: record.deadline })
    await server.revoker.revokeAll('alice')
    const kept = await store.listByUser(owner)
    const clockDifference = 10 * minuteMs
    for (const { deadline } of kept) {
      const difference = deadline - record.deadline
      assert.ok(difference > 0 && difference < clockDifference + minuteMs, `${difference} ms too long`)
    }
    assert.equal(kept.length, 2)
  })

  test('of all but one session does not bring back one that had ended', async () => {
    await using server = startServer(new TrialStore())
    const [ended, other] = [await server.signIn('alice'), await server.signIn('alice')]
    await server.revoker.revokeAll('alice', { except: other.record.id })
    await server.revoker.revokeAll('alice', { except: ended.record.id })
    assert.ok(await server.isSignedOut(ended.credential))
    assert.ok(await server.isSignedOut(other.credential))
  })

  test('of all but one session leaves it good, however often', async () => {
    await using server = startServer(new TrialStore())
    const here = await server.signIn('alice')
    for (let n = 0; n < 5; n++) {
      const there = await server.signIn('alice')
      await server.revoker.revokeAll('alice', { except: here.record.id })
      assert.ok(await server.isSignedOut(there.credential))
      assert.equal(await server.userOf(here.credential), 'alice')
    }
  })

  test('ends the copies of a cookie when its owner signs in anew, as after a change of password', async () => {
    await using server = startServer(new TrialStore())
    const stolen = await server.signIn('alice')
    const anew = await server.signIn('alice', stolen.record)
    assert.ok(await server.isSignedOut(stolen.credential))
    assert.equal(await server.userOf(anew.credential), 'alice')
    assert.equal(anew.record.id, stolen.record.id)
  })

  test('is not forgotten by a server whose store has lost it, and new ones are heard', async () => {
    const store = new TrialStore()
    await using server = startServer(store, { pollMs: 10 })
    const [first, second] = [await server.signIn('alice'), await server.signIn('bob')]
    await server.revoker.revoke(first.record.id)
    await eventually(() => server.isSignedOut(first.credential), 'the first has ended')
    for (const { id } of await store.listByUser(owner)) await store.remove(id)
    await store.remove('revocations')
    await using other = startServer(store)
    await other.revoker.revoke(second.record.id)
    await eventually(() => server.isSignedOut(second.credential), 'the second has ended')
    assert.ok(await server.isSignedOut(first.credential))
  })

  test('that the store does not take is an error, not a promise', async () => {
    const store = new TrialStore()
    await using server = startServer(store)
    const { record, credential } = await server.signIn('alice')
    store.failing = 'writes'
    await assert.rejects(server.revoker.revoke(record.id))
    await assert.rejects(server.revoker.revokeAll('alice'))
    await assert.rejects(server.signIn('alice', record))
    assert.equal(await server.userOf(credential), 'alice')
  })

  test('cannot be kept for a session that lives longer: that is said at the first save', async () => {
    await using server = startServer(new TrialStore(), { deadlineMs: hourMs })
    const record = createRecord(Date.now(), { deadline: Date.now() + dayMs })
    await assert.rejects(server.strategy.save(record, { reissue: false }), { code: 'invalid_option' })
  })
})

suite('While the store fails', () => {
  const often = { pollMs: 10, staleMs: 50 }

  test('closed: after the stated time nobody is let in, nor told to be signed out, until it works again', async () => {
    const store = new TrialStore()
    await using server = startServer(store, often)
    const { credential, record } = await server.signIn('alice')
    store.failing = 'reads'
    const unavailable = { name: 'SessionError', code: 'store_unavailable' }
    await eventually(
      () =>
        server.userOf(credential).then(
          () => false,
          () => true,
        ),
      'the snapshot is stale',
    )
    await assert.rejects(server.userOf(credential), unavailable)
    await assert.rejects(server.strategy.save(record, { reissue: false }), unavailable)
    await assert.rejects(server.signIn('alice'), unavailable)
    store.failing = null
    assert.equal(await server.userOf(credential), 'alice')
  })

  test('open: sessions are honoured, also by a server that has just started', async () => {
    const store = new TrialStore()
    store.failing = 'reads'
    await using server = startServer(store, { ...often, whenStale: 'open' })
    const { credential, record } = await server.signIn('alice')
    assert.equal(await server.userOf(credential), 'alice')
    store.failing = null
    await server.revoker.revoke(record.id)
    assert.ok(await server.isSignedOut(credential))
  })

  test('within the stated time nothing is noticed, not even by those who sign in', async () => {
    const store = new TrialStore()
    await using server = startServer(store, { pollMs: 10, staleMs: hourMs })
    const { credential } = await server.signIn('alice')
    store.failing = 'reads'
    assert.equal(await server.userOf(credential), 'alice')
    assert.equal(await server.userOf((await server.signIn('bob')).credential), 'bob')
  })

  test('the owner is warned, once', async () => {
    const warnings: string[] = []
    const listen = ({ code }: Error & { code?: string }) => {
      if (code === 'SOJOURN_REVOCATIONS_STALE') warnings.push(code)
    }
    process.on('warning', listen)
    const store = new CountingStore()
    await using server = startServer(store, { ...often, whenStale: 'open' })
    await server.signIn('alice')
    store.failing = 'reads'
    await eventually(() => warnings.length > 0, 'the owner is warned')
    const { calls } = store
    await eventually(() => store.calls > calls + 3, 'the store is asked again')
    process.off('warning', listen)
    assert.equal(warnings.length, 1)
  })
})

test('options that cannot work are refused at construction', () => {
  const impossible: Partial<Record<keyof RevocationsOptions, unknown>>[] = [
    ...[{ pollMs: 0 }, { pollMs: 1.5 }, { staleMs: 1000 }, { deadlineMs: -1 }, { timeoutMs: 0 }],
    { whenStale: 'ajar' },
  ]
  for (const options of impossible) {
    const create = () => createRevocations({ store: new TrialStore(), ...options } as RevocationsOptions)
    assert.throws(create, { name: 'SessionError', code: 'invalid_option' }, JSON.stringify(options))
  }
})

test('a sign-in during a running read begins above a sign-out everywhere that came after it began', async () => {
  const store = new TrialStore()
  await using here = startServer(store)
  await using elsewhere = startServer(Object.create(store, { onRemoved: { value: () => () => {} } }))
  await here.signIn('alice')
  const read = store.read.bind(store)
  const late = Promise.withResolvers<void>()
  let isHeld = true
  store.read = async id => {
    const isLate = isHeld && id === 'revocations'
    const found = await read(id)
    if (isLate) await late.promise
    return found
  }
  const first = here.signIn('bob')
  isHeld = false
  await elsewhere.revoker.revokeAll('alice')
  const second = here.signIn('alice')
  late.resolve()
  await first
  assert.equal(await here.userOf((await second).credential), 'alice')
})

test('a sign-in that a sign-out overtakes is refused, and its cookie never comes back', async () => {
  const store = new TrialStore()
  await using server = startServer(store)
  const { record } = await server.signIn('alice')
  const write = store.write.bind(store)
  store.write = async next => {
    store.write = write
    await server.revoker.revoke(record.id, { deadline: record.deadline })
    return write(next)
  }
  assert.deepEqual(await server.strategy.save(record, { reissue: true }), { ok: false, current: null })
})

class CountingStore extends TrialStore {
  calls = 0

  override read(id: string): Promise<SessionRecord | null> {
    this.calls++
    return super.read(id)
  }

  override write(next: SessionRecord): Promise<boolean> {
    this.calls++
    return super.write(next)
  }

  override listByUser(userId: string): Promise<SessionRecord[]> {
    this.calls++
    return super.listByUser(userId)
  }
}
