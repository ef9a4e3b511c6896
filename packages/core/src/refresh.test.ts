import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { SessionError } from './errors.ts'
import { onSessionEvent } from './events.ts'
import { createSessions } from './sessions.ts'
import { Request, Site, Visitor } from './site.fixture.ts'
import type { SessionHost } from './visit.ts'

/** Alice, signed in, with a connection that stays open. */
async function connect() {
  const site = new Site()
  const alice = new Visitor(site)
  await alice.visit(session => void Object.assign(session, { cart: { items: 1 }, seen: 1 }).signIn('alice'))
  const connection = await Request.open(site, alice.credential)
  return { site, alice, connection, sessions: site.sessions }
}

suite('a session on a connection that stays open', () => {
  test('sees what was stored meanwhile, and keeps what it has not saved', async () => {
    const { site, alice, connection, sessions } = await connect()
    const cart = connection.session.cart
    connection.session.mine = true
    await alice.visit(session => void Object.assign(session, { seen: 2 }))
    assert.equal(await sessions.refresh(connection.session), true)
    assert.deepEqual({ ...connection.session }, { cart: { items: 1 }, seen: 2, mine: true })
    assert.equal(connection.session.cart, cart, 'who holds a value can go on changing it')
    await connection.session.save()
    assert.deepEqual(site.stored[0]?.data, { cart: { items: 1 }, seen: 2, mine: true })
  })

  test('saves after a refresh without another conflict', async () => {
    const { site, alice, connection, sessions } = await connect()
    const merged: unknown[] = []
    const stop = onSessionEvent('conflict-merged', event => merged.push(event))
    await alice.visit(session => void Object.assign(session, { seen: 2 }))
    await sessions.refresh(connection.session)
    const { write } = site.store.calls
    connection.session.mine = true
    await connection.session.save()
    stop()
    assert.equal(site.store.calls.write - write, 1)
    assert.deepEqual(merged, [])
  })

  test('a key that was rotated between is no merge', async () => {
    const { site, connection } = await connect()
    const merged: unknown[] = []
    const stop = onSessionEvent('conflict-merged', event => merged.push(event))
    const [record] = site.store.records.values()
    assert.ok(record)
    await site.store.write({ ...record, version: record.version + 1 })
    connection.session.mine = true
    await connection.session.save()
    stop()
    assert.equal(site.stored[0]?.data.mine, true)
    assert.deepEqual(merged, [])
  })

  test('is told that it has ended, or has become another user’s', async () => {
    const ended = await connect()
    await ended.alice.visit(session => session.signOut())
    assert.equal(await ended.sessions.refresh(ended.connection.session), false)

    const { site, connection, sessions } = await connect()
    const [record] = site.store.records.values()
    assert.ok(record)
    await site.store.write({ ...record, userId: 'bob', version: record.version + 1 })
    assert.equal(await sessions.refresh(connection.session), false)
    assert.equal(connection.session.userId, 'alice')
  })

  test('does not come along when its user signs in again elsewhere: what it presented is worthless by now', async () => {
    const { site, alice, connection, sessions } = await connect()
    site.time += 1
    const old = await alice.open()
    await alice.visit(session => session.signIn('alice'))
    assert.equal(await sessions.refresh(connection.session), false)
    // Who signs in on the connection is not thrown out by it, nor joined by what was opened before.
    const mine = await connect()
    const before = await mine.alice.open()
    mine.site.time += 1
    mine.connection.session.signIn('alice')
    await mine.connection.session.save()
    assert.equal(await mine.sessions.refresh(mine.connection.session), true)
    assert.equal(await mine.sessions.refresh(mine.connection.session, before.session), false)
    assert.equal(old.session.userId, 'alice')
  })

  test('is not thrown out by a look that began before it signed in', async () => {
    const { site, connection, sessions } = await connect()
    site.time += 1
    const { read } = site.store
    site.store.read = async id => {
      const found = await read.call(site.store, id)
      site.store.read = read
      connection.session.signIn('alice')
      await connection.session.save()
      return found
    }
    assert.equal(await sessions.refresh(connection.session), true)
    assert.equal(await sessions.refresh(connection.session), true)
  })

  test('that was signed out while it was looked for stays as it is', async () => {
    const { site, connection, sessions } = await connect()
    const { read } = site.store
    site.store.read = async id => {
      connection.session.signOut()
      await connection.session.save()
      return read.call(site.store, id)
    }
    assert.equal(await sessions.refresh(connection.session), true)
    assert.equal(connection.session.userId, null)
  })

  test('saves over a store that lost its last writes', async () => {
    const { site, alice, connection } = await connect()
    const [record] = site.store.records.values()
    assert.ok(record)
    await connection.session.save()
    connection.session.seen = 2
    await connection.session.save()
    site.store.records.set(record.id, record)
    const { write } = site.store.calls
    connection.session.mine = true
    await connection.session.save()
    assert.equal(site.store.calls.write - write, 2)
    assert.equal(site.stored[0]?.data.mine, true)
    assert.equal((await alice.recall()).userId, 'alice')
  })

  test('is told that its record cannot be read', async () => {
    const { site, connection, sessions } = await connect()
    const [record] = site.store.records.values()
    assert.ok(record)
    await site.store.write({ ...record, data: '[]', version: record.version + 1 })
    assert.equal(await sessions.refresh(connection.session), false)
  })

  test('takes the place of a later one without reading, and what that was to be told', async () => {
    const site = new Site()
    const alice = new Visitor(site)
    await alice.visit(session => void Object.assign(session, { seen: 1 }).signIn('alice'))
    const sessions = createSessions({ strategy: { ...site.strategy, resume }, now: site.now })
    async function resume(credential: string) {
      const resumed = await site.strategy.resume(credential)
      return resumed && { ...resumed, credential: `${credential}, again` }
    }
    assert.ok(alice.credential)
    const host = { canDeliver: () => true, replaced() {} }
    const first = await sessions.open<{ seen: number }>([alice.credential], host)
    assert.equal((await sessions.commit(first)).do, 'set')
    await alice.visit(session => void Object.assign(session, { seen: 2 }))
    const second = await sessions.open<{ seen: number }>([alice.credential], host)
    const { read } = site.store.calls
    assert.equal(await sessions.refresh(first, second), true)
    assert.equal(site.store.calls.read, read)
    assert.equal(first.seen, 2)
    const instruction = await sessions.commit(first)
    assert.ok(instruction.do === 'set')
    assert.equal(instruction.credential, `${alice.credential}, again`)
    assert.equal(instruction.version, 2)
  })

  test('is not taken back by what was read before it saved', async () => {
    const { alice, connection, sessions } = await connect()
    const older = await alice.open()
    connection.session.mine = true
    await connection.session.save()
    assert.equal(await sessions.refresh(connection.session, older.session), true)
    assert.equal(connection.session.mine, true)
  })
})

suite('a session opened by its id', () => {
  test('is there while it lives, and takes no credential', async () => {
    const { site, alice, connection, sessions } = await connect()
    const host = new Connection()
    const session = await sessions.openById<{ seen: number }>(connection.session.id, host)
    assert.equal(session?.userId, 'alice')
    assert.equal(session?.seen, 1)
    await alice.visit(session => session.signOut())
    assert.equal(await sessions.openById(connection.session.id, host), null)
    const { strategy, now } = site
    const blind = createSessions({ strategy: { ...strategy, directory: null }, now })
    assert.equal(await blind.openById(connection.session.id, host), null)
  })
})

suite('what a transport is told, and tells', () => {
  test('of each save and each end, also by the application’s own save', async () => {
    const site = new Site()
    const host = new Connection()
    const session = site.sessions.openAnonymous<{ seen: number }>(host)
    await site.sessions.commit(session)
    assert.equal(host.saves, 0)
    session.seen = 1
    await session.save()
    assert.equal(host.saves, 1)
    session.signOut()
    await site.sessions.commit(session)
    assert.equal(host.saves, 2)
  })

  test('of each sign-in and end at once, and of each save that fails', async () => {
    const site = new Site()
    const host = new Connection()
    const session = site.sessions.openAnonymous(host)
    session.signIn('alice')
    assert.deepEqual(host.moves, ['sign-in'])
    await session.save()
    session.signIn('bob')
    session.signOut()
    await session.regenerate()
    await session.destroy()
    assert.deepEqual(host.moves, ['sign-in', 'end', 'sign-in', 'end', 'end', 'end'])
    site.store.before = () => Promise.reject(new Error('down'))
    session.signIn('alice')
    await session.save().catch(() => {})
    assert.deepEqual(host.failures, ['store_unavailable'])
  })

  test('and may refuse a sign-in or an end, which then changes nothing', async () => {
    const site = new Site()
    const host = new Connection()
    const session = site.sessions.openAnonymous<{ seen: number }>(host)
    session.signIn('alice')
    session.seen = 1
    await session.save()
    host.moved = () => {
      throw new SessionError('session_ended', 'not yours any more')
    }
    assertCode('session_ended', () => session.signIn('alice'))
    assertCode('session_ended', () => session.signIn('bob'))
    assertCode('session_ended', () => session.signOut())
    await assertCode('session_ended', session.regenerate())
    await assertCode('session_ended', session.destroy())
    assert.equal(session.userId, 'alice')
    assert.equal(session.seen, 1)
    const { write } = site.store.calls
    await session.save()
    assert.equal(site.store.calls.write, write)
  })

  test('the binding reaches the strategy with each resume and save', async () => {
    const site = new Site()
    const bindings: unknown[] = []
    const { strategy, now } = site
    const sessions = createSessions({
      now,
      strategy: {
        ...strategy,
        async resume(credential, binding) {
          bindings.push(['resume', binding])
          return strategy.resume(credential)
        },
        async save(record, options) {
          bindings.push(['save', options.binding])
          return strategy.save(record, options)
        },
      },
    })
    const host = Object.assign(new Connection(), { binding: 'of the cookie' })
    const session = await sessions.open<{ seen: number }>(['no credential'], host)
    session.seen = 1
    await sessions.commit(session)
    await sessions.open(['no credential'], new Connection())
    assert.deepEqual(bindings, [
      ['resume', 'of the cookie'],
      ['save', 'of the cookie'],
      ['resume', null],
    ])
  })
})

class Connection implements SessionHost {
  saves = 0
  readonly moves: string[] = []
  readonly failures: unknown[] = []
  canDeliver = () => true
  replaced() {}
  moved(by: string) {
    this.moves.push(by)
  }
  failed(error: unknown) {
    this.failures.push((error as SessionError).code)
  }
  saved() {
    this.saves++
  }
}
