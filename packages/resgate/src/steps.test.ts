import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually, Gate, type TrialStore } from '@sojourn/conformance'
import type { SessionRecord } from '@sojourn/core'
import { keyOf, nulls } from './gateway.fixture.ts'
import { openOffice } from './office.fixture.ts'

const john = { id: 4, name: 'John Doe', role: 'user' }
const nobody = { id: null, name: null, role: null }

interface Token {
  readonly sid: string
  readonly userId: number
}

/** The next write to the register is done, but is answered too late. */
function loseAnswer(store: TrialStore): void {
  const write = store.write.bind(store)
  store.write = async (record: SessionRecord) => {
    const written = await write(record)
    if (!record.id.startsWith('resgate.')) return written
    store.write = write
    throw new Error('too late')
  }
}

describe('a step that fails', () => {
  test('while a connection is cut: it is cut all the same', async () => {
    await using office = await openOffice()
    const { gateway, store, strategy, errors } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    await gateway.access(cid)
    loseAnswer(store)
    await strategy.revoker?.revoke((gateway.tokenOf(cid) as Token).sid)
    await gateway.until(cid, token => token === null, 'the token is taken')
    assert.match(String(errors), /too late/)
  })

  test('in a login: one may log in again', async () => {
    await using office = await openOffice()
    const { gateway, store, strategy } = office
    const cid = gateway.connect()
    loseAnswer(store)
    assert.equal((await gateway.login(cid, 'john')).error?.code, 'system.internalError')
    assert.ok(keyOf(await gateway.login(cid, 'john')))
    assert.deepEqual(await gateway.userOf(cid), john)
    assert.equal((await strategy.directory?.list('4'))?.length, 1)
  })

  test('in a logout: the connection is told, and a second one ends the session', async () => {
    await using office = await openOffice()
    const { gateway, store, strategy } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    store.failing = 'removals'
    assert.equal((await gateway.auth(cid, 'logout')).error?.code, 'system.internalError')
    await gateway.take()
    assert.equal(gateway.tokenOf(cid), null)
    store.failing = null
    assert.deepEqual(await gateway.auth(cid, 'logout'), { result: null })
    assert.deepEqual(await strategy.directory?.list('4'), [])
  })

  test('when it is seen whether what was told is true: it is seen again', async () => {
    await using office = await openOffice()
    const { gateway, store, strategy, errors } = office
    const cid = gateway.connect()
    const write = store.write.bind(store)
    store.write = async (record: SessionRecord) => {
      if (!record.id.startsWith('resgate.')) return write(record)
      await strategy.revoker?.revokeAll('4')
      store.failing = 'reads'
      store.write = write
      return write(record)
    }
    assert.ok(keyOf(await gateway.login(cid, 'john')))
    await eventually(() => errors.length > 0, 'the look fails')
    store.failing = null
    await gateway.until(cid, token => token === null, 'the token is taken')
  })

  test('a damaged entry of the register keeps nobody else from being asked for', async () => {
    await using office = await openOffice()
    const { gateway, store, service, open } = office
    const [one, two] = [gateway.connect(), gateway.connect()]
    await gateway.login(one, 'john')
    await gateway.login(two, 'jane')
    await service.close()
    const record = await store.read(`resgate.session.${one}`)
    assert.ok(record && (await store.write({ ...record, data: '{"se', version: record.version + 1 })))
    await open()
    await eventually(() => gateway.checks.length > 0, 'the other is asked for')
    assert.deepEqual(office.errors, [])
  })
})

describe('a step that comes late, at another instance', () => {
  test('a check that saw a user before the logout shows nobody after all', async () => {
    const gate = new Gate()
    await using office = await openOffice()
    const { gateway, openApart } = office
    await openApart({ findUser: () => gate.pass().then(() => john) })
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    gate.shut()
    const check = gateway.ask('apart.auth.session.check', { cid, token: gateway.tokenOf(cid) })
    await eventually(() => gate.waiting > 0, 'it sees the user')
    await gateway.auth(cid, 'logout')
    gate.open()
    await check
    const lastChange = () => gateway.heard.findLast(([subject]) => subject.endsWith(`${cid}.change`))?.[1]
    await eventually(() => JSON.stringify(lastChange()) === JSON.stringify(nulls), 'nobody is shown')
    assert.equal(gateway.tokenOf(cid), null)
    assert.deepEqual(await gateway.userOf(cid), nobody)
  })

  test('a check of a session that has ended does not put out who has signed in since', async () => {
    const gate = new Gate()
    await using office = await openOffice()
    const { gateway, strategy, openApart, store } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    const token = gateway.tokenOf(cid) as Token
    await gateway.auth(cid, 'logout')
    // It has not heard of this connection, and is slow to look its session up.
    store.failing = null
    const read = store.read.bind(store)
    const find = async (id: string) =>
      id === token.sid ? gate.pass().then(() => null) : (strategy.directory?.find(id) ?? null)
    const list = strategy.directory?.list.bind(strategy) ?? (async () => [])
    const slow = { ...strategy, directory: { find, list } }
    store.read = async id => (id === `resgate.session.${cid}` ? null : read(id))
    await openApart({ strategy: slow })
    gate.shut()
    const check = gateway.ask('apart.auth.session.revoked', { cid, token })
    await eventually(() => gate.waiting > 0, 'it looks')
    store.read = read
    assert.ok(keyOf(await gateway.login(cid, 'jane')))
    gate.open()
    await check
    await gateway.take()
    assert.equal((gateway.tokenOf(cid) as Token).userId, 3)
  })

  test('a renewal does not leave the token of whoever was let in meanwhile', async () => {
    const gate = new Gate()
    await using office = await openOffice()
    const { gateway, openApart } = office
    await openApart({ findUser: () => gate.pass().then(() => john) })
    const cid = gateway.connect()
    const johns = keyOf(await gateway.login(cid, 'john'))
    const janes = keyOf(await gateway.login(gateway.connect(), 'jane'))
    gate.shut()
    const params = { reloginKey: johns, attempt: 'slow' }
    const renewal = gateway.ask('apart.auth.session.relogin', { cid, token: gateway.tokenOf(cid), params })
    await eventually(() => gate.waiting > 0, 'it sees the user')
    keyOf(await gateway.relogin(cid, janes, 'quick'))
    gate.open()
    keyOf(await renewal)
    await gateway.take()
    assert.equal((gateway.tokenOf(cid) as Token).userId, 4)
    assert.deepEqual(await gateway.userOf(cid), john)
  })

  test('a logout ends the session that it was meant for, not the next', async () => {
    await using office = await openOffice()
    const { gateway, strategy } = office
    const cid = gateway.connect()
    await gateway.login(cid, 'john')
    const late = { cid, token: gateway.tokenOf(cid), params: null }
    await gateway.auth(cid, 'logout')
    const key = keyOf(await gateway.login(cid, 'john'))
    assert.deepEqual(await gateway.ask('auth.session.logout', late), { result: null })
    assert.deepEqual(await gateway.userOf(cid), john)
    assert.equal((await strategy.directory?.list('4'))?.length, 1)
    assert.ok(keyOf(await gateway.relogin(cid, key)))
  })

  test('a relogin into a session that ends meanwhile is refused', async () => {
    const gate = new Gate()
    await using office = await openOffice()
    const { gateway, openApart, strategy, clock } = office
    await openApart({ findUser: () => gate.pass().then(() => john) })
    const key = keyOf(await gateway.login(gateway.connect(), 'john'))
    clock.advance(10 * 60_000)
    const cid = gateway.connect()
    gate.shut()
    const params = { reloginKey: key, attempt: 'slow' }
    const relogin = gateway.ask('apart.auth.session.relogin', { cid, token: null, params })
    await eventually(() => gate.waiting > 0, 'it sees the user')
    await strategy.revoker?.revokeAll('4')
    gate.open()
    assert.equal((await relogin).error?.code, 'session.invalidReloginKey')
    assert.equal(gateway.tokenOf(cid), null)
  })

  test('an instance that closes answers all that NATS has given it', async () => {
    await using office = await openOffice()
    const { gateway, service, open } = office
    await open()
    const asked = Array.from({ length: 200 }, () => gateway.access(gateway.connect()))
    await service.close()
    const answers = await Promise.all(asked)
    assert.ok(answers.every(({ result }) => result?.get === true))
  })
})

describe('wrong passwords', () => {
  test('of one user do not use up those of an address, nor those of an address a user’s', async () => {
    await using office = await openOffice({ failuresPerAddress: 15 })
    const { gateway } = office
    const cid = gateway.connect()
    for (let attempt = 0; attempt < 30; attempt++) await gateway.login(cid, 'john', 'wrong')
    assert.ok(keyOf(await gateway.login(cid, 'jane')))

    const thief = gateway.connect()
    for (let attempt = 0; attempt < 30; attempt++) await gateway.login(thief, `nobody ${attempt}`, 'wrong')
    for (let attempt = 0; attempt < 30; attempt++) await gateway.login(thief, 'admin', 'wrong')
    office.clock.advance(60_000)
    assert.ok(keyOf(await gateway.login(gateway.connect(), 'admin')))
  })
})
