import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import { openSite } from './site.fixture.ts'

suite('a session on sockets', () => {
  test('is given with the answer that stored something, kept over connections, and ends with sign-out', async () => {
    await using site = await openSite()
    const ada = site.client()
    assert.deepEqual(Object.keys(await ada.present()).sort(), ['expiresAt', 'id', 'userId'])
    await ada.ask('put', 'note', 'milk')
    assert.ok(ada.credential)
    const kinds = ada.received.map(([kind]) => kind)
    assert.deepEqual(kinds, ['presented', 'session', 'answer'])
    const before = ada.credential
    await ada.ask('sign-in', 'ada')
    assert.notEqual(ada.credential, before)
    assert.equal(ada.state?.userId, 'ada')
    await ada.close()

    const again = site.client({ credential: ada.credential })
    assert.equal((await again.present()).userId, 'ada')
    assert.deepEqual(await again.ask('data'), { note: 'milk' })
    await again.ask('sign-out')
    assert.equal(again.credential, null)
    assert.equal(again.state?.userId, null)
    assert.equal(await again.ask('who'), null)
    assert.equal(site.store.records.size, 0)
    assert.deepEqual(site.errors, [])
  })

  test('is the same object for all its connections, and gone with the last of them', async () => {
    await using site = await openSite()
    const [ada, tab] = [site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await tab.present(ada.credential)
    const [first, second] = site.sockets.connections
    assert.equal(first?.session, second?.session)
    await ada.ask('put', 'note', 'milk')
    assert.deepEqual(await tab.ask('data'), { note: 'milk' })
    const id = first?.session.id ?? ''
    assert.equal(site.sockets.connectionsOf(id).length, 2)
    await ada.close()
    await tab.close()
    await eventually(() => site.sockets.connections.size === 0, 'both gone')
    assert.deepEqual(site.sockets.connectionsOf(id), [])
    const again = site.client({ credential: ada.credential })
    await again.present()
    const [third] = site.sockets.connections
    assert.equal(third?.session.id, id)
    assert.notEqual(third?.session, first?.session)
  })

  test('that is revoked closes its connections at once, and no others', async () => {
    await using site = await openSite()
    const [ada, tab, grace] = [site.client(), site.client(), site.client()]
    await ada.present()
    await ada.ask('sign-in', 'ada')
    await tab.present(ada.credential)
    await grace.present()
    await grace.ask('sign-in', 'grace')
    await site.strategy.revoker?.revoke(ada.state?.id ?? '')
    assert.deepEqual(await ada.whenClosed(), [4401, 'revoked'])
    assert.deepEqual(await tab.whenClosed(), [4401, 'revoked'])
    assert.equal(await grace.ask('who'), 'grace')
  })
})
