import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '@sojourn/testbed'
import { createProfile, openSite, signedIn } from './site.fixture.ts'

suite('identities', () => {
  test('are switched on one connection, without signing in again', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const tab = await signedIn(site.open(profile))
    const { client } = tab
    assert.deepEqual(await client.use('work'), { name: 'anonymous' })
    assert.equal(await client.ask('who'), null)
    await client.ask('sign-in', 'bob')
    assert.deepEqual((await client.identities()).sort(), ['default', 'work'])

    const back = client.use('default')
    const whose = client.ask('who')
    assert.deepEqual(await back, { name: 'active', userId: 'alice' })
    assert.equal(await whose, 'alice', 'an ask belongs to the identity that was chosen before it')
    assert.deepEqual(await client.use('work'), { name: 'active', userId: 'bob' })
    assert.equal(tab.wire.made, 1)
    assert.deepEqual(site.reused, [])

    client.close()
    const again = site.open(profile, { identity: 'work' })
    assert.deepEqual(await again.client.ready, { name: 'active', userId: 'bob' })
  })

  test('keep their keys apart, whatever comes late', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const { client, is } = site.open(profile)
    await is('anonymous')
    const signed = client.ask('sign-in', 'alice')
    assert.deepEqual(await client.use('work'), { name: 'anonymous' })
    await signed
    assert.equal(profile.item('work'), null)
    assert.equal(profile.item()?.userId, 'alice')
    assert.deepEqual(await client.use('default'), { name: 'active', userId: 'alice' })
  })

  test('are forgotten', async () => {
    await using site = await openSite()
    const profile = createProfile()
    const { client } = await signedIn(site.open(profile))
    await client.use('work')
    await client.ask('sign-in', 'bob')
    await client.forget('default')
    assert.deepEqual(await client.identities(), ['work'])
    assert.equal(await client.ask('who'), 'bob')
    await client.forget('work')
    assert.deepEqual(client.state, { name: 'anonymous' })
    assert.equal(await client.ask('who'), null)
    assert.deepEqual(await client.identities(), [])
    assert.equal(profile.item('work'), null)
  })

  test('are not told of the end of another one', async () => {
    for (const when of ['told already', 'not told yet'] as const) {
      await using site = await openSite()
      const profile = createProfile()
      const tab = await signedIn(site.open(profile))
      const revoked = site.strategy.revoker?.revokeAll('alice')
      if (when === 'told already') await revoked
      assert.deepEqual(await tab.client.use('work'), { name: 'anonymous' })
      await revoked
      await eventually(() => profile.item() === null)
      await tab.is('anonymous')
      assert.ok(!tab.states.some(({ name }) => name === 'ended'))
      await tab.client.ask('sign-in', 'bob')
      assert.equal(profile.item('work')?.userId, 'bob')
    }
  })
})
