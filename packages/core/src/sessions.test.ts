import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { SessionError } from './errors.ts'
import { onSessionEvent } from './events.ts'
import { createSessions, type SessionsOptions } from './sessions.ts'
import { hourMs, minuteMs, Request, Site, Visitor } from './site.fixture.ts'
import { createStoredStrategy } from './stored-strategy.ts'

suite('opening a session', () => {
  test('a visitor who stores nothing costs nothing and is given nothing', async () => {
    const site = new Site()
    const request = await Request.open(site)
    assert.deepEqual({ ...request.session }, {})
    assert.equal(request.session.userId, null)
    request.session.touch()
    request.session.undone = undefined
    assert.deepEqual(site.sessions.commit(request.session), { do: 'keep' })
    assert.deepEqual(site.store.calls, { read: 0, write: 0, remove: 0 })
  })

  test('the first good one of several credentials counts', async () => {
    const site = new Site()
    const [alice, bob] = [new Visitor(site), new Visitor(site)]
    await alice.visit(session => session.signIn('alice'))
    const stale = alice.credential
    await alice.visit(session => session.signIn('alice'))
    await bob.visit(session => session.signIn('bob'))
    const { session } = await Request.open(site, 'forged', stale, alice.credential, bob.credential)
    assert.equal(session.userId, 'alice')
  })

  test('five credentials are tried, not more', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const stale = Array.from({ length: 5 }, (_, n) => `forged${n}`)
    assert.equal((await Request.open(site, ...stale.slice(1), visitor.credential)).session.userId, 'alice')
    assert.equal((await Request.open(site, ...stale, visitor.credential)).session.userId, null)
  })

  test('a record that is not ours is passed over, with one event', async () => {
    for (const data of ['', 'no JSON', '[]', 'null', '1', '{"id":1}', '{"__proto__":1}', '{"save":1}']) {
      const site = new Site()
      const [damaged, good] = [new Visitor(site), new Visitor(site)]
      await damaged.visit(session => session.signIn('alice'))
      const [record] = [...site.store.records.values()]
      assert.ok(record)
      site.store.records.set(record.id, { ...record, data })
      await good.visit(session => session.signIn('bob'))

      const events: unknown[] = []
      const stop = onSessionEvent('record-malformed', event => void events.push(event))
      const { session } = await Request.open(site, damaged.credential)
      assert.deepEqual(events, [{ strategy: 'map', sessionId: record.id, userId: 'alice' }])
      assert.equal(session.userId, null)
      assert.deepEqual({ ...session }, {})
      assert.equal((await Request.open(site, damaged.credential, good.credential)).session.userId, 'bob')
      stop()
    }
  })

  test('a store that fails is a store_unavailable, with the cause', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => session.signIn('alice'))
    const cause = new Error('connection refused')
    site.store.before = () => {
      throw cause
    }
    const error = await assertCode('store_unavailable', visitor.open())
    assert.equal(error.cause, cause)
    assert.match(error.message, /connection refused/)
  })

  test('a coded error of a strategy is passed on as it is', async () => {
    const site = new Site()
    const coded = new SessionError('conflict', 'mine')
    const resume = () => Promise.reject(coded)
    const sessions = createSessions({ strategy: { ...site.strategy, resume } })
    await assert.rejects(sessions.open(['x'], { canDeliver: () => true, replaced() {} }), coded)
  })
})

suite('a session opened without its store', () => {
  const fault = new SessionError('store_unavailable', 'down')
  const open = (site: Site) => site.sessions.openAnonymous({ canDeliver: () => true, replaced() {} }, fault)

  test('can be read, and asks nothing of the store', async () => {
    const site = new Site()
    const session = open(site)
    assert.deepEqual({ ...session }, {})
    assert.equal(session.userId, null)
    await session.reload()
    assert.deepEqual(site.sessions.commit(session), { do: 'keep' })
    assert.deepEqual(site.store.calls, { read: 0, write: 0, remove: 0 })
  })

  test('refuses to store, to sign in and to end, with the fault', async () => {
    const site = new Site()
    const storing = Object.assign(open(site), { a: 1 })
    await assert.rejects(async () => site.sessions.commit(storing), fault)
    await assert.rejects(storing.save(), fault)
    const signingIn = open(site)
    signingIn.signIn('alice')
    await assert.rejects(signingIn.save(), fault)
    assert.throws(() => open(site).signOut(), fault)
    assert.throws(() => open(site).reset(), fault)
    await assert.rejects(async () => open(site).destroy(), fault)
    await assert.rejects(async () => open(site).regenerate(), fault)
    assert.deepEqual(site.store.calls, { read: 0, write: 0, remove: 0 })
  })
})

suite('the options', () => {
  const { strategy } = new Site()

  test('that cannot work are refused', () => {
    const refused: Partial<SessionsOptions>[] = [
      ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY].flatMap(value => [
        { idleMs: value },
        { deadlineMs: value },
        { maxDataBytes: value },
      ]),
      { idleMs: 1001, deadlineMs: 1000 },
      { touchMs: -1 },
      { touchMs: Number.NaN },
      { touchMs: hourMs },
      { idleMs: 1000, touchMs: 1000 },
    ]
    for (const options of refused) {
      assertCode('invalid_option', () => createSessions({ strategy, ...options }))
    }
  })

  test('at their limits are fine', () => {
    for (const options of [{ idleMs: 1000, deadlineMs: 1000, touchMs: 999 }, { touchMs: 0 }, { idleMs: 1 }]) {
      assert.doesNotThrow(() => createSessions({ strategy, ...options }))
    }
  })

  test('have defaults: an hour, a day, a minute, 64 KiB', async () => {
    const site = new Site({ idleMs: undefined, deadlineMs: undefined })
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { text: 'x'.repeat(65_536 - 11) }))
    const read = () => visitor.visit(({ expiresAt, deadline }) => [expiresAt, deadline])
    const begun = site.time
    assert.deepEqual(await read(), [begun + hourMs, begun + 24 * hourMs])
    site.time += minuteMs - 1
    await read()
    site.time += 1
    await read()
    assert.deepEqual(await read(), [begun + minuteMs + hourMs, begun + 24 * hourMs])
    assert.equal(site.store.calls.write, 2)
    await assertCode(
      'data_too_large',
      visitor.visit(session => void Object.assign(session, { text: 'x'.repeat(65_526) })),
    )
  })

  test('follow each other: no deadline before a long idle time, a touch within a short one', async () => {
    const patient = new Visitor(new Site({ idleMs: 48 * hourMs, deadlineMs: undefined }))
    await patient.visit(session => void Object.assign(session, { a: 1 }))
    const lifeMs = await patient.visit(({ createdAt, deadline }) => Number(deadline) - Number(createdAt))
    assert.equal(lifeMs, 48 * hourMs)

    const site = new Site({ idleMs: 1000 })
    const hasty = new Visitor(site)
    await hasty.visit(session => void Object.assign(session, { a: 1 }))
    for (const writes of [1, 2]) {
      site.time += 99 // a tenth of the idle time, less one
      await hasty.recall()
      assert.equal(site.store.calls.write, writes)
      site.time += 1
    }
  })
})

suite('session data that cannot be stored', () => {
  test('maxDataBytes counts bytes of UTF-8', async () => {
    const site = new Site({ maxDataBytes: Buffer.byteLength('{"a":"éé"}') })
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { a: 'éé' }))
    for (const a of ['éée', 'éxé']) {
      await assertCode(
        'data_too_large',
        visitor.visit(session => void Object.assign(session, { a })),
      )
    }
    assert.deepEqual(site.stored, [{ userId: null, data: { a: 'éé' } }])
  })

  test('is refused, whatever else is changed, and leaves what was stored', async () => {
    const site = new Site()
    const visitor = new Visitor(site)
    await visitor.visit(session => void Object.assign(session, { cart: ['apples'] }))
    const request = await visitor.open()
    Object.assign(request.session, { cart: ['pears'], callback: () => {} })
    const error = await assertCode('not_json', request.commit())
    assert.match(error.message, /session\.callback is of type function/)
    assert.deepEqual(site.stored, [{ userId: null, data: { cart: ['apples'] } }])

    delete request.session.callback
    assert.deepEqual(await request.commit(), { do: 'keep' })
    assert.deepEqual(site.stored, [{ userId: null, data: { cart: ['pears'] } }])
  })
})

test('a duration that is text is an invalid_option', () => {
  const { strategy } = new Site()
  assertCode('invalid_option', () => createSessions({ strategy, idleMs: '60000' as never }))
  assertCode('invalid_option', () => createSessions({ strategy, deadlineMs: '86400000' as never }))
})

test('no strategy is an invalid_option', () => {
  assertCode('invalid_option', () => createSessions({} as never))
})

test('a duration beyond what numbers count exactly is an invalid_option', () => {
  assertCode('invalid_option', () =>
    createSessions({ strategy: new Site().strategy, idleMs: Number.MAX_SAFE_INTEGER }),
  )
})

test('a revocation is announced once, however often its strategy is mounted', async t => {
  const site = new Site()
  createSessions({ strategy: site.strategy })
  const request = await Request.open(site)
  request.session.a = 1
  await request.commit()
  const told: string[] = []
  t.after(onSessionEvent('revoked', ({ sessionId }) => void told.push(sessionId)))
  await site.strategy.revoker.revoke(request.session.id)
  assert.deepEqual(told, [request.session.id])
})

test('a clock that knows parts of a millisecond leaves whole ones in records', async () => {
  const site = new Site()
  const now = () => site.time + 0.25
  const strategy = createStoredStrategy({ store: site.store, keys: ['k'.repeat(32)], now })
  const sessions = createSessions({ strategy, now })
  const host = { canDeliver: () => true, replaced() {} }
  const session = await sessions.open([], host)
  session.signIn('alice')
  await sessions.commit(session)
  session.signIn('alice')
  await sessions.commit(session)
  const [record] = site.store.records.values()
  for (const field of ['createdAt', 'expiresAt', 'deadline', 'rotatedAt'] as const) {
    assert.ok(Number.isInteger(record?.[field]), `${field}: ${record?.[field]}`)
  }
  assertCode('invalid_option', () => createSessions({ strategy, idleMs: 1000.5 }))
})
