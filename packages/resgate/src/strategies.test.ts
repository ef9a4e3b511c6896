import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import { createCookieStrategy } from '@sojourn/cookie'
import { createStoredStrategy } from '@sojourn/core'
import { keyOf } from './gateway.fixture.ts'
import { type OfficeOptions, openOffice } from './office.fixture.ts'

const keys = ['a secret of more than thirty-two bytes']
const minute = 60_000
const john = { id: 4, name: 'John Doe', role: 'user' }

const makers: Record<string, NonNullable<OfficeOptions['createStrategy']>> = {
  'stored sessions': ({ store, now }) => createStoredStrategy({ store, now, keys }),
  'sealed cookies': ({ now }) => createCookieStrategy({ now, keys }),
}

for (const [name, createStrategy] of Object.entries(makers)) {
  test(`${name}: a visit, with the credential as the key`, async () => {
    await using office = await openOffice({ createStrategy, idleMs: 10 * minute })
    const { gateway, clock } = office
    const first = gateway.connect()
    let key = keyOf(await gateway.login(first, 'john'))
    const second = gateway.connect()
    key = keyOf(await gateway.relogin(second, key, 'attempt'))
    assert.deepEqual(await gateway.userOf(second), john)
    for (let renewal = 0; renewal < 4; renewal++) {
      clock.advance(8 * minute)
      assert.deepEqual(await gateway.userOf(second), john)
      key = keyOf(await gateway.relogin(second, key))
    }

    assert.deepEqual(await gateway.auth(second, 'logout'), { result: null })
    assert.equal(gateway.tokenOf(second), null)
    keyOf(await gateway.login(second, 'john'))
    clock.advance(11 * minute)
    await gateway.until(second, token => token === null, 'it expires')
    await eventually(() => gateway.heard.some(([subject]) => subject.endsWith('.ended')), 'it is told')
    assert.equal((await gateway.relogin(gateway.connect(), key)).error?.code, 'session.invalidReloginKey')
    assert.deepEqual(office.errors, [])
  })
}

test('sealed cookies: who left a session is not put out of the next by what was on its way', async () => {
  const createStrategy = makers['sealed cookies'] as NonNullable<OfficeOptions['createStrategy']>
  await using office = await openOffice({ createStrategy })
  const { gateway } = office
  const cid = gateway.connect()
  await gateway.login(cid, 'john')
  const token = gateway.tokenOf(cid)
  await gateway.relogin(cid, keyOf(await gateway.login(gateway.connect(), 'jane')))
  await gateway.ask('auth.session.revoked', { cid, token })
  assert.notEqual(gateway.tokenOf(cid), null)
})
