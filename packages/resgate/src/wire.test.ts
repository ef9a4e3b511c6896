import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, nulls } from './gateway.fixture.ts'
import { openOffice } from './office.fixture.ts'

const john = { id: 4, name: 'John Doe', role: 'user' }

test('a visitor logs in: the token, the change and the answer, in this order', async () => {
  await using office = await openOffice()
  const { gateway } = office
  const cid = gateway.connect()
  assert.deepEqual(await gateway.access(cid), { result: { get: true } })
  assert.deepEqual(await gateway.userOf(cid), { id: null, name: null, role: null })
  assert.deepEqual(await gateway.login(cid, 'john', 'nope'), {
    error: { code: 'session.wrongUsernamePassword', message: 'Wrong username or password' },
  })
  await gateway.take()

  const reloginKey = keyOf(await gateway.login(cid, 'John', 'John'))
  const [token, ...rest] = await gateway.take()
  const { sid } = gateway.tokenOf(cid) as { sid: string }
  assert.deepEqual(token, [`conn.${cid}.token`, { token: { sid, userId: 4, role: 'user' }, tid: sid }])
  assert.deepEqual(rest, [
    [`event.session.user.${cid}.change`, { values: john }],
    ['answer', { result: { reloginKey } }],
  ])
  assert.deepEqual(await gateway.userOf(cid), john)
  assert.deepEqual(office.errors, [])
})

test('who reloads is back with the key, on a new connection', async () => {
  await using office = await openOffice()
  const { gateway } = office
  const first = gateway.connect()
  const key = keyOf(await gateway.login(first, 'john'))
  gateway.disconnect(first)
  const second = gateway.connect()
  await gateway.take()

  const next = keyOf(await gateway.relogin(second, key))
  assert.notEqual(next, key)
  assert.deepEqual(await gateway.take(), [
    [`conn.${second}.token`, { token: gateway.tokenOf(second), tid: sidOf(gateway.tokenOf(second)) }],
    [`event.session.user.${second}.change`, { values: john }],
    ['answer', { result: { reloginKey: next } }],
  ])
})

test('a renewal on the same connection is an answer, and nothing else', async () => {
  await using office = await openOffice()
  const { gateway } = office
  const cid = gateway.connect()
  const key = keyOf(await gateway.login(cid, 'john'))
  await gateway.take()
  const next = keyOf(await gateway.relogin(cid, key, 'first-attempt'))
  assert.deepEqual(await gateway.take(), [['answer', { result: { reloginKey: next } }]])
})

test('a visitor logs out: the change, no token, the answer', async () => {
  await using office = await openOffice()
  const { gateway } = office
  const cid = gateway.connect()
  const key = keyOf(await gateway.login(cid, 'john'))
  await gateway.take()
  assert.deepEqual(await gateway.auth(cid, 'logout'), { result: null })
  const heard = await gateway.take()
  assert.deepEqual(
    heard.filter(([subject]) => !/^(system|sojourn)\./.test(subject)).slice(0, 3), // then that to a check
    [
      [`event.session.user.${cid}.change`, nulls],
      [`conn.${cid}.token`, { token: null }],
      ['answer', { result: null }],
    ],
  )
  assert.deepEqual(await gateway.userOf(cid), { id: null, name: null, role: null })
  const invalid = { error: { code: 'session.invalidReloginKey', message: 'Invalid relogin key' } }
  assert.deepEqual(await gateway.relogin(cid, key), invalid)
  assert.deepEqual(await gateway.auth(cid, 'logout'), { result: null })
})

test('only the connection itself may read who is signed in there', async () => {
  await using office = await openOffice()
  const { gateway } = office
  const cid = gateway.connect()
  await gateway.login(cid, 'john')
  const stranger = gateway.connect()
  assert.deepEqual(await gateway.access(stranger, cid), { result: { get: false } })
  assert.deepEqual(await gateway.access(cid), { result: { get: true } })
})

test('refusals come in the order of the classic example', async () => {
  await using office = await openOffice()
  const { gateway } = office
  const cid = gateway.connect()
  const invalid = { error: { code: 'system.invalidParams', message: 'Invalid parameters' } }
  assert.deepEqual(await gateway.auth(cid, 'login', { username: 'john' }), invalid)
  assert.deepEqual(await gateway.auth(cid, 'relogin', {}), invalid)
  await gateway.login(cid, 'john')
  assert.deepEqual(await gateway.auth(cid, 'login', { username: 5 }), {
    error: { code: 'session.alreadyLoggedIn', message: 'Already logged in' },
  })
})

const sidOf = (token: unknown) => (token as { sid: string }).sid
