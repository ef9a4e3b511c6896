import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually, TrialStore } from '@sojourn/conformance'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { keyOf, nulls } from './gateway.fixture.ts'
import { openOffice } from './office.fixture.ts'

const minute = 60_000
const nobody = { id: null, name: null, role: null }
const john = { id: 4, name: 'John Doe', role: 'user' }
const invalidReloginKey = { error: { code: 'session.invalidReloginKey', message: 'Invalid relogin key' } }
const sidOf = (token: unknown) => (token as { sid?: string } | null)?.sid

describe('what the classic example loses, is kept', () => {
  test('a lost answer: the retry gets the same next key, however late', async () => {
    await using office = await openOffice({ idleMs: 60 * minute })
    const { gateway, clock } = office
    const first = gateway.connect()
    const key = keyOf(await gateway.login(first, 'john'))
    const lost = keyOf(await gateway.relogin(gateway.connect(), key, 'attempt-1'))
    clock.advance(10 * minute)
    const cid = gateway.connect()
    assert.equal(keyOf(await gateway.relogin(cid, key, 'attempt-1')), lost)
    assert.deepEqual(await gateway.userOf(cid), john)
    assert.deepEqual(await gateway.userOf(first), john)
  })

  test('a client without attempt ids may lose an answer, too, if it is back soon', async () => {
    await using office = await openOffice()
    const { gateway } = office
    const key = keyOf(await gateway.login(gateway.connect(), 'john'))
    const lost = keyOf(await gateway.relogin(gateway.connect(), key))
    assert.equal(keyOf(await gateway.relogin(gateway.connect(), key)), lost)
  })

  test('two tabs that relog in at once, on two connections or on one, get one successor and are both live', async () => {
    await using office = await openOffice()
    const { gateway } = office
    const key = keyOf(await gateway.login(gateway.connect(), 'john'))
    const [one, two] = [gateway.connect(), gateway.connect()]
    const answers = await Promise.all([one, two, two].map(cid => gateway.relogin(cid, key, 'attempt')))
    assert.equal(new Set(answers.map(keyOf)).size, 1)
    await gateway.take()
    for (const cid of [one, two]) {
      assert.deepEqual(await gateway.userOf(cid), john)
      assert.ok(sidOf(gateway.tokenOf(cid)))
    }
  })

  test('a login button pressed twice makes one session', async () => {
    await using office = await openOffice()
    const { gateway, strategy } = office
    const cid = gateway.connect()
    const answers = await Promise.all([gateway.login(cid, 'john'), gateway.login(cid, 'john')])
    assert.deepEqual(
      answers.map(({ error }) => error?.code),
      [undefined, 'session.alreadyLoggedIn'],
    )
    assert.equal((await strategy.directory?.list('4'))?.length, 1)
  })

  test('a connection that goes on to another session is not logged out by the end of the first', async () => {
    await using office = await openOffice({ idleMs: 10 * minute })
    const { gateway, strategy } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    const first = sidOf(gateway.tokenOf(cid))
    const key = keyOf(await gateway.login(gateway.connect(), 'jane'))
    await gateway.relogin(cid, key)
    const token = gateway.tokenOf(cid)
    assert.notEqual(sidOf(token), first)
    await strategy.revoker?.revoke(first as string)
    await gateway.take()
    // A check that was under way.
    await gateway.ask('auth.session.revoked', { cid, token: { sid: first, userId: 4, role: 'user' } })
    await gateway.take()
    assert.deepEqual(gateway.tokenOf(cid), token)
    assert.equal(((await gateway.userOf(cid)) as { name: string }).name, 'Jane Doe')
  })

  test('a relogin on a connection whose token was cleared sends the token', async () => {
    await using office = await openOffice()
    const { gateway } = office
    const cid = gateway.connect()
    const key = keyOf(await gateway.login(cid, 'john'))
    const token = gateway.tokenOf(cid)
    gateway.disconnect(cid)
    await gateway.relogin(cid, key)
    assert.deepEqual(gateway.tokenOf(cid), token)
  })

  test('of 1,000 renewals, nothing grows', async () => {
    await using office = await openOffice()
    const { gateway, store, strategy } = office
    const cid = gateway.connect()
    let key = keyOf(await gateway.login(cid, 'john'))
    const sid = sidOf(gateway.tokenOf(cid)) as string
    const sizes: number[] = []
    for (let renewal = 0; renewal < 1000; renewal++) {
      office.clock.advance(minute)
      key = keyOf(await gateway.relogin(cid, key, `attempt-${renewal}`))
      sizes.push(JSON.stringify(await store.read(sid)).length)
    }
    assert.ok(Math.max(...sizes) < 1000, `a record grew to ${Math.max(...sizes)} characters`)
    assert.equal((await strategy.directory?.list('4'))?.length, 1)
    assert.equal((await store.listByUser('resgate.session')).length, 1)
  })

  test('a session has an absolute end, that renewals do not move', async () => {
    await using office = await openOffice({ idleMs: minute, deadlineMs: 3 * minute })
    const { gateway, clock } = office
    let key = keyOf(await gateway.login(gateway.connect(), 'john'))
    for (let renewal = 0; renewal < 5; renewal++) {
      clock.advance(minute / 2)
      key = keyOf(await gateway.relogin(gateway.connect(), key))
    }
    clock.advance(minute / 2)
    assert.deepEqual(await gateway.relogin(gateway.connect(), key), invalidReloginKey)
  })
})

describe('who is out, is told', () => {
  test('by a logout in one of two tabs, both are', async () => {
    await using office = await openOffice()
    const { gateway } = office
    const [one, two] = [gateway.connect(), gateway.connect()]
    await gateway.relogin(two, keyOf(await gateway.login(one, 'john')))
    await gateway.take()
    await gateway.auth(one, 'logout')
    await gateway.until(two, token => token === null, 'the other tab loses its token')
    const heard = await gateway.take()
    const ofTwo = heard.filter(([subject]) => subject.includes(two))
    assert.deepEqual(ofTwo.slice(0, 2), [
      [`event.session.user.${two}.change`, nulls],
      [`conn.${two}.token`, { token: null }],
    ])
    await gateway.take()
    assert.deepEqual(await gateway.userOf(two), nobody)
    assert.equal(heard.filter(([subject]) => subject === `conn.${one}.token`).length, 1)
    await eventually(
      () => [...heard, ...gateway.heard].some(([subject]) => subject === `event.session.user.${two}.ended`),
      'it is told why',
    )
    const ended = [...heard, ...gateway.heard].filter(([subject]) => subject.endsWith('.ended'))
    assert.deepEqual(ended, [[`event.session.user.${two}.ended`, { reason: 'signed-out' }]])
  })

  test('a copied key: both at its second use, whoever was first, and why', async () => {
    await using office = await openOffice()
    const { gateway, strategy } = office
    const owner = gateway.connect()
    const key = keyOf(await gateway.login(owner, 'john'))
    const thief = gateway.connect()
    keyOf(await gateway.relogin(thief, key, 'of-the-thief'))
    assert.deepEqual(await gateway.relogin(owner, key, 'of-the-owner'), invalidReloginKey)
    for (const cid of [owner, thief]) {
      await gateway.until(cid, token => token === null, `${cid} loses its token`)
      await eventually(
        () => gateway.heard.some(([subject]) => subject === `event.session.user.${cid}.ended`),
        'it is told why',
      )
    }
    const reasons = (await gateway.take()).filter(([subject]) => subject.endsWith('.ended'))
    assert.deepEqual(
      reasons.map(([, payload]) => payload),
      [{ reason: 'reuse' }, { reason: 'reuse' }],
    )
    assert.deepEqual(await strategy.directory?.list('4'), [])
  })

  test('a sign-in as somebody else in the same session, on another transport', async () => {
    await using office = await openOffice()
    const { gateway, store } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    const record = await store.read(sidOf(gateway.tokenOf(cid)) as string)
    assert.ok(record && (await store.write({ ...record, userId: '3', version: record.version + 1 })))
    await gateway.auth(cid, 'check')
    assert.equal(gateway.tokenOf(cid), null)
    assert.deepEqual(await gateway.userOf(cid), nobody)
  })

  test('a revocation anywhere', async () => {
    await using office = await openOffice()
    const { gateway, strategy } = office
    const [johns, janes] = [gateway.connect(), gateway.connect()]
    await gateway.login(johns, 'john')
    await gateway.login(janes, 'jane')
    await strategy.revoker?.revoke('a session of somebody who came another way')
    await strategy.revoker?.revokeAll('4')
    await gateway.until(johns, token => token === null, 'john loses his token')
    assert.ok(gateway.tokenOf(janes))
    const resets = (await gateway.take()).filter(([subject]) => subject === 'system.tokenReset')
    assert.equal(resets.length, 1)
  })

  test('an expiry, though nobody asks', async () => {
    await using office = await openOffice({ idleMs: minute })
    const { gateway, clock } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    clock.advance(minute + 1)
    await gateway.until(cid, token => token === null, 'the token is taken')
    await eventually(() => gateway.heard.some(([subject]) => subject.endsWith('.ended')), 'it is told why')
    const ended = (await gateway.take()).find(([subject]) => subject.endsWith('.ended'))
    assert.deepEqual(ended?.[1], { reason: 'expired' })
  })

  test('a new role, by a new token', async () => {
    const users = [{ ...john, role: 'user' }]
    await using office = await openOffice({ findUser: async () => users[0] ?? null })
    const { gateway, service } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    users[0] = { ...john, role: 'admin' }
    await service.refreshUser('4')
    await gateway.until(
      cid,
      token => (token as { role: string }).role === 'admin',
      'the role is in the token',
    )
    assert.deepEqual(await gateway.userOf(cid), { ...john, role: 'admin' })
  })

  test('an account that is gone: its key is worthless, and its session ends', async () => {
    const users = [john]
    await using office = await openOffice({ findUser: async () => users[0] ?? null })
    const { gateway, strategy } = office
    const cid = gateway.connect()
    const key = keyOf(await gateway.login(cid, 'john'))
    users.pop()
    assert.deepEqual(await gateway.relogin(gateway.connect(), key), invalidReloginKey)
    await gateway.until(cid, token => token === null, 'the token is taken')
    assert.deepEqual(await strategy.directory?.list('4'), [])
  })
})

describe('passwords', () => {
  test('2,000 wrong ones: ten are looked at, then even the right one waits', async () => {
    let looked = 0
    await using office = await openOffice({
      findUserByPassword: async (_, password) => {
        looked++
        return password === 'right' ? john : null
      },
    })
    const { gateway, clock } = office
    const cid = gateway.connect()
    const answers = await Promise.all(
      Array.from({ length: 2000 }, (_, index) => gateway.login(cid, 'john', `wrong ${index}`)),
    )
    assert.equal(answers.filter(({ error }) => error?.code === 'session.wrongUsernamePassword').length, 10)
    assert.equal(answers.filter(({ error }) => error?.code === 'session.tooManyAttempts').length, 1990)
    assert.equal(looked, 10)
    assert.deepEqual((await gateway.login(cid, 'John', 'right')).error, {
      code: 'session.tooManyAttempts',
      message: 'Too many attempts',
      data: { retryAfterMs: 36_000 },
    })
    clock.advance(36_000)
    assert.ok(keyOf(await gateway.login(cid, 'john', 'right')))
  })

  test('of one address are counted together, and who signs in is not counted', async () => {
    await using office = await openOffice({ failuresPerAddress: 3 })
    const { gateway } = office
    for (const name of ['john', 'jane', 'admin', 'john']) keyOf(await gateway.login(gateway.connect(), name))
    for (const name of ['a', 'b', 'c']) await gateway.login(gateway.connect(), name, 'wrong')
    assert.equal(
      (await gateway.login(gateway.connect(), 'd', 'wrong')).error?.code,
      'session.tooManyAttempts',
    )
  })
})

test('two services on one NATS leave each other’s connections alone', async () => {
  await using office = await openOffice({ idleMs: 10 * minute })
  const { gateway, clock } = office
  const elsewhere = new TrialStore()
  const strategy = createReloginKeyStrategy({
    store: elsewhere,
    now: clock.now,
    keys: ['another secret of thirty-two bytes!!'],
  })
  await office.open({ name: 'backstage', strategy, connections: elsewhere, idleMs: minute })
  const cid = gateway.connect()
  await gateway.login(cid, 'john')
  const backstage = gateway.connect()
  const params = { username: 'jane', password: 'jane' }
  keyOf(await gateway.ask('auth.backstage.login', { cid: backstage, token: null, params }))
  clock.advance(2 * minute)
  const resets = () => gateway.heard.filter(([subject]) => subject === 'system.tokenReset')
  await eventually(() => resets().length > 0, 'the session of the other service expires')
  const tids = resets().flatMap(([, payload]) => (payload as { tids: string[] }).tids)
  assert.ok(!tids.includes(sidOf(gateway.tokenOf(cid)) as string))
})
