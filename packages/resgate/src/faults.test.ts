import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { eventually, Gate, TrialStore } from '@sojourn/conformance'
import { SessionError } from '@sojourn/core'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { startProxy } from '@sojourn/testbed'
import { keyOf, nulls } from './gateway.fixture.ts'
import { connectToNats } from './index.ts'
import { type OfficeOptions, openOffice } from './office.fixture.ts'

const john = { id: 4, name: 'John Doe', role: 'user' }
const nobody = { id: null, name: null, role: null }
const invalidParams = { error: { code: 'system.invalidParams', message: 'Invalid parameters' } }
const internalError = { error: { code: 'system.internalError', message: 'Internal error' } }

describe('bad requests', () => {
  test('are refused, and the service goes on', async () => {
    await using office = await openOffice()
    const { gateway, errors } = office
    const cid = gateway.connect()
    const bad = [
      ...['', 'no JSON', '[]', 'null', '"text"', '{', '{"cid":5}', '{"params":{"reloginKey":"x"}}'],
      ...['*', '>', 'a.b', '', 'a b', 'x'.repeat(100)].map(cid => JSON.stringify({ cid, params: {} })),
    ]
    const params = [
      ...[null, 5, [], 'x', {}, { reloginKey: null }, { reloginKey: {} }, { reloginKey: ['a'] }],
      ...[
        { reloginKey: 'x', attempt: '' },
        { reloginKey: 'x', attempt: 'a.b' },
        { reloginKey: 'x', attempt: {} },
      ],
      { reloginKey: 'x', attempt: 'a'.repeat(65) },
    ]
    for (const payload of bad) {
      for (const method of ['login', 'relogin', 'logout', 'check']) {
        assert.deepEqual(await gateway.ask(`auth.session.${method}`, payload), invalidParams, payload)
      }
    }
    for (const value of params) assert.deepEqual(await gateway.auth(cid, 'relogin', value), invalidParams)
    for (const value of [null, [], {}, { username: 'john' }, { username: [], password: {} }]) {
      assert.deepEqual(await gateway.auth(cid, 'login', value), invalidParams)
    }
    const long = 'x'.repeat(500_000)
    assert.deepEqual(await gateway.login(cid, long, long), invalidParams)
    for (const key of ['toString', 'constructor', '__proto__', 'hasOwnProperty', '', '..', long]) {
      assert.equal(
        (await gateway.relogin(cid, key)).error?.code,
        'session.invalidReloginKey',
        key.slice(0, 20),
      )
    }
    await gateway.take()
    assert.ok(keyOf(await gateway.login(cid, 'john')))
    assert.deepEqual(errors, [])
  })

  test('with an answer address that is none get no answer, nor do those without one', async () => {
    await using office = await openOffice()
    const { gateway } = office
    const cid = gateway.connect()
    const request = { cid, token: null, params: { username: 'john', password: 'john' } }
    await gateway.take()
    gateway.publish('auth.session.login', request, `conn.${cid}.token`)
    gateway.publish('auth.session.login', request, 'system.reset')
    gateway.publish('auth.session.login', request)
    assert.ok(keyOf(await gateway.login(gateway.connect(), 'jane')))
    const heard = await gateway.take()
    assert.deepEqual(
      heard.filter(([subject]) => subject.includes(cid) || subject === 'system.reset'),
      [],
    )
  })

  test('what pretends to be of the service is no end of it', async () => {
    await using office = await openOffice({
      onError: () => {
        throw new Error('even so')
      },
    })
    const { gateway } = office
    const log = mock.method(console, 'error', () => {})
    gateway.publish('conn.cid.token', 'null', undefined, 'session')
    await gateway.take()
    assert.ok(keyOf(await gateway.login(gateway.connect(), 'john')))
    assert.ok(log.mock.callCount() > 0)
    log.mock.restore()
  })

  test('foreign tokens are somebody else’s', async () => {
    await using office = await openOffice()
    const { gateway, errors } = office
    for (const token of ['text', 5, [], { uid: 7 }, { sid: {} }]) {
      const cid = gateway.connect()
      const asked = { cid, token, params: { username: 'john', password: 'john' } }
      const { error } = await gateway.ask('auth.session.login', asked)
      assert.equal(error?.code, 'session.alreadyLoggedIn')
      assert.deepEqual(await gateway.ask('auth.session.logout', { ...asked, params: null }), { result: null })
      assert.deepEqual(await gateway.ask('auth.session.check', { ...asked, params: null }), { result: null })
    }
    assert.deepEqual(errors, [])
  })
})

describe('a store that fails', () => {
  test('is an error that leaves the key good, and signs nobody out', async () => {
    await using office = await openOffice()
    const { gateway, store, errors } = office
    const first = gateway.connect()
    const key = keyOf(await gateway.login(first, 'john'))
    await gateway.take()
    const cid = gateway.connect()
    for (const failing of ['reads', 'writes'] as const) {
      store.failing = failing
      assert.deepEqual(await gateway.relogin(cid, key, 'attempt'), internalError)
      assert.equal(gateway.tokenOf(cid), null)
    }
    assert.deepEqual(await gateway.login(cid, 'jane'), internalError)
    store.failing = 'removals'
    assert.deepEqual(await gateway.auth(first, 'logout'), internalError)
    store.failing = null
    assert.ok(errors.length >= 4)
    assert.ok(keyOf(await gateway.relogin(cid, key, 'attempt')))
    assert.deepEqual(await gateway.auth(first, 'logout'), { result: null })
    await gateway.until(cid, token => token === null, 'the session is over')
  })

  test('when the service starts: it asks the gateways once it can', async () => {
    await using office = await openOffice()
    const { gateway, service, store, errors, open } = office
    await gateway.login(gateway.connect(), 'john')
    await service.close()
    await gateway.take()
    const { listByUser } = store
    store.listByUser = async () => {
      throw new Error('lists fail')
    }
    await open()
    assert.match(String(errors), /lists fail/)
    store.listByUser = listByUser
    await eventually(() => gateway.checks.length > 0, 'the connection is asked for')
  })

  test('while somebody is to be told: it is told once the store is back', async () => {
    await using office = await openOffice()
    const { gateway, store, strategy, errors } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    await gateway.take()
    await gateway.userOf(cid)
    await gateway.take()
    const { sid } = gateway.tokenOf(cid) as { sid: string }
    store.failing = 'reads'
    const before = errors.length
    await strategy.revoker?.revoke(sid)
    await eventually(() => errors.length > before, 'the store is asked in vain')
    assert.ok(gateway.tokenOf(cid))
    store.failing = null
    await gateway.until(cid, token => token === null, 'the token is taken')
  })

  test('and one that is slow: the gateway is told to wait', async () => {
    await using office = await openOffice()
    const { gateway, store } = office
    const cid = gateway.connect()
    store.gate.shut()
    const login = gateway.login(cid, 'john')
    await eventually(() => gateway.heard.some(([subject]) => subject === 'pre-response'), 'it is told')
    store.gate.open()
    assert.ok(keyOf(await login))
    const heard = await gateway.take()
    assert.deepEqual(
      heard.find(([subject]) => subject === 'pre-response'),
      ['pre-response', 'timeout:"15000"'],
    )
  })
})

describe('a service that ends', () => {
  test('and starts again: nobody is out, and who was ended meanwhile is told', async () => {
    await using office = await openOffice()
    const { gateway, service, strategy, open } = office
    const [johns, janes] = [gateway.connect(), gateway.connect()]
    const key = keyOf(await gateway.login(johns, 'john'))
    await gateway.login(janes, 'jane')
    await service.close()
    const { sid } = gateway.tokenOf(janes) as { sid: string }
    await strategy.revoker?.revoke(sid)
    await gateway.take()

    await open()
    await gateway.until(janes, token => token === null, 'jane is told')
    assert.deepEqual((await gateway.take()).find(([subject]) => subject === 'system.reset')?.[1], {
      resources: ['session.user.*'],
      access: ['session.user.*'],
    })
    assert.deepEqual(await gateway.userOf(johns), john)
    assert.deepEqual(await gateway.userOf(janes), nobody)
    assert.ok(keyOf(await gateway.relogin(johns, key)))
  })

  test('and has lost its register: it learns of connections by what gateways ask then', async () => {
    await using office = await openOffice()
    const { gateway, service, strategy, open } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    await service.close()

    const connections = new TrialStore()
    await open({ connections })
    const [, user] = await Promise.all([gateway.access(cid), gateway.userOf(cid)]) // as gateways do after system.reset
    assert.deepEqual(user, john)
    assert.equal((await connections.listByUser('resgate.session')).length, 1)
    await strategy.revoker?.revokeAll('4')
    await gateway.until(cid, token => token === null, 'the token is taken')
  })

  test('without its store: a token of a session that is no more is taken, and one may log in', async () => {
    await using office = await openOffice()
    const { gateway, service, open } = office
    const [one, two] = [gateway.connect(), gateway.connect()]
    await gateway.login(one, 'john')
    await gateway.login(two, 'john')
    await service.close()

    const store = new TrialStore()
    const keys = ['a secret of more than thirty-two bytes']
    const strategy = createReloginKeyStrategy({ store, keys, now: office.clock.now })
    await open({ strategy, connections: store })
    await gateway.access(one)
    assert.equal(gateway.tokenOf(one), null)
    await gateway.login(two, 'jane', 'wrong')
    assert.equal(gateway.tokenOf(two), null)
    assert.ok(keyOf(await gateway.login(two, 'jane')))
  })

  test('NATS is killed and comes back: so is the service, by itself', async () => {
    await using office = await openOffice()
    const { gateway, nats } = office
    const key = keyOf(await gateway.login(gateway.connect(), 'john'))
    await gateway.take()
    await nats.kill()
    await nats.restart()
    await eventually(
      () =>
        gateway.take().then(
          () => true,
          () => false,
        ),
      'the gateway is back',
    )
    gateway.patienceMs = 200
    const cid = gateway.connect()
    await eventually(async () => {
      const answer = await gateway.relogin(cid, key, 'attempt').catch(() => null)
      return answer !== null && keyOf(answer) !== ''
    }, 'the service is back')
    assert.deepEqual(await gateway.userOf(cid), john)
  })

  test('its network fails: back again, it has the gateways ask for what they missed', async () => {
    await using office = await openOffice()
    const { gateway, service, strategy, nats } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    await service.close()
    await using proxy = await startProxy(nats)
    const connection = await connectToNats({ servers: proxy.url, reconnectTimeWait: 20 })
    await office.open({ nats: connection })
    await Promise.all(gateway.checks)
    await gateway.take()

    proxy.cut()
    await eventually(() => proxy.connections === 0, 'it is cut')
    const { sid } = gateway.tokenOf(cid) as { sid: string }
    await strategy.revoker?.revoke(sid)
    assert.ok(gateway.tokenOf(cid))
    proxy.heal()
    await gateway.until(cid, token => token === null, 'the token is taken')
    assert.ok((await gateway.take()).some(([subject]) => subject === 'system.reset'))
    await connection.close()
  })
})

describe('several instances', () => {
  test('a login at any, a relogin at another, a logout for both', async () => {
    await using office = await openOffice()
    const { gateway, open } = office
    await open()
    await open()
    for (let visit = 0; visit < 20; visit++) {
      const cid = gateway.connect()
      const key = keyOf(await gateway.login(cid, 'john'))
      const other = gateway.connect()
      assert.ok(keyOf(await gateway.relogin(other, key)))
      assert.deepEqual(await gateway.userOf(other), john)
      await gateway.auth(cid, 'logout')
      await gateway.until(other, token => token === null, 'the other is out, too')
    }
    assert.deepEqual(office.errors, [])
  })

  test('of logins at once on one connection, one makes a session', async () => {
    const checks: (() => void)[] = []
    const findUserByPassword = async () => {
      await new Promise<void>(resolve => checks.push(resolve))
      return john
    }
    await using office = await openOffice({ findUserByPassword })
    const { gateway, open, strategy } = office
    for (let instance = 1; instance < 8; instance++) await open()
    const cid = gateway.connect()
    const logins = Array.from({ length: 16 }, () => gateway.login(cid, 'john'))
    await eventually(() => checks.length >= 2, 'two instances are at it')
    checks.shift()?.()
    assert.ok(keyOf(await Promise.any(logins)))
    for (const done of checks) done()
    const answers = await Promise.all(logins)
    const refused = answers.filter(({ error }) => error?.code === 'session.alreadyLoggedIn')
    assert.equal(refused.length, 15)
    await gateway.take()
    const [session, ...more] = (await strategy.directory?.list('4')) ?? []
    assert.deepEqual(more, [])
    assert.equal((gateway.tokenOf(cid) as { sid: string }).sid, session?.id)
  })

  test('what one has signed in expires, though that one is gone', async () => {
    await using office = await openOffice({ idleMs: 60_000 })
    const { gateway, service, clock, open } = office
    await open()
    const cids = Array.from({ length: 10 }, () => gateway.connect())
    for (const cid of cids) await gateway.login(cid, 'john')
    await service.close()
    clock.advance(60_000)
    for (const cid of cids) await gateway.until(cid, token => token === null, 'the token is taken')
  })

  test('an answer that another instance made wrong meanwhile is put right', async () => {
    const gate = new Gate()
    await using office = await openOffice({ findUser: async () => gate.pass().then(() => john) })
    const { gateway, store } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    assert.deepEqual(await gateway.userOf(cid), john)
    await gateway.access(cid) // after all that
    gate.shut()
    const answer = gateway.userOf(cid)
    await eventually(() => gate.waiting > 0, 'the answer is being made')
    const entry = await store.read(`resgate.session.${cid}`)
    const { sid } = gateway.tokenOf(cid) as { sid: string }
    const left = JSON.stringify({ left: sid })
    assert.ok(entry && (await store.write({ ...entry, data: left, version: entry.version + 1 })))
    await gateway.take()
    gate.open()
    assert.deepEqual(await answer, john)
    await gateway.until(cid, token => token === null, 'the token is taken')
    assert.ok((await gateway.take()).some(([, payload]) => isDeepStrictEqual(payload, nulls)))
  })

  test('a session that ends while it is entered: the token is taken again', async () => {
    await using office = await openOffice()
    const { gateway, strategy, store } = office
    const cid = gateway.connect()
    store.gate.shut()
    const login = gateway.login(cid, 'john')
    await eventually(() => store.gate.waiting === 1, 'the session is being saved')
    store.gate.open()
    store.gate.shut()
    await eventually(() => store.gate.waiting === 1, 'the connection is being entered')
    await strategy.revoker?.revokeAll('4')
    store.gate.open()
    assert.ok(keyOf(await login))
    await gateway.until(cid, token => token === null, 'the token is taken')
  })
})

describe('keys that are bound to a cookie', () => {
  const bound: OfficeOptions = {
    bind: { cookie: 'device' },
    createStrategy: ({ store, now }) =>
      createReloginKeyStrategy({ store, now, bind: true, keys: ['a secret of more than thirty-two bytes'] }),
  }

  test('are good with it, and worthless without', async () => {
    await using office = await openOffice(bound)
    const { gateway, errors } = office
    const key = keyOf(await gateway.login(gateway.connect('a=b; device=1234567890'), 'john'))
    const thief = await gateway.relogin(gateway.connect('device=another'), key, 'attempt')
    assert.equal(thief.error?.code, 'session.invalidReloginKey')
    assert.equal((await gateway.relogin(gateway.connect(), key)).error?.code, 'session.invalidReloginKey')
    const twice = gateway.connect('device=another; device=1234567890')
    const next = keyOf(await gateway.relogin(twice, key, 'attempt'))
    assert.ok(keyOf(await gateway.relogin(gateway.connect('device=1234567890'), next, 'attempt-2')))
    assert.deepEqual(errors, [])
  })

  test('cannot be issued without it', async () => {
    await using office = await openOffice(bound)
    const { gateway } = office
    assert.deepEqual(await gateway.login(gateway.connect(), 'john'), {
      error: { code: 'session.bindingMissing', message: 'The cookie device is missing' },
    })
  })
})

test('options that cannot work are refused', async () => {
  await using office = await openOffice()
  for (const [options, message] of [
    [{ name: 'a.*' }, /name/],
    [{ failureMs: 0 }, /failureMs/],
    [{ failuresPerUser: 1.5 }, /failuresPerUser/],
    [{ bind: { cookie: 'device' } }, /bind is for strategies/],
    [{ connections: undefined }, /connections/],
    [{ findUser: undefined }, /findUser must/],
    [{ nats: undefined }, /connectToNats/],
    [{ idleMs: -1 }, /idleMs/],
  ] as const) {
    await assert.rejects(
      office.open(options as object),
      (error: unknown) =>
        error instanceof SessionError && error.code === 'invalid_option' && message.test(error.message),
    )
  }
})
