import assert from 'node:assert/strict'
import type { Laws } from '../law.ts'
import type { TransportTrial } from '../transport.ts'
import { assertAnonymous, put, see, signIn } from './see.ts'

/** When a visitor is given a credential, and what is done with one that is not good. */
export const credentialLaws: Laws<TransportTrial> = {
  async 'gives no credential to a visitor who stores nothing'({ visitor, store }) {
    const ada = visitor()
    await assertAnonymous(ada)
    await see(ada, { do: 'delete', key: 'cart' })
    assert.equal(ada.credential, null)
    assert.equal(store.records.size, 0)
  },

  async 'gives a credential with the first thing stored, and knows the visitor by it'({ visitor, store }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    const { credential } = ada
    assert.ok(credential)
    await see(ada, put('cart', ['milk']))
    assert.equal(ada.credential, credential)
    assert.equal(store.records.size, 1)
  },

  async 'replaces the credential at sign-in, keeps the data, and takes the old one for nobody’s'({
    visitor,
  }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    const { credential: old } = ada
    await see(ada, signIn('ada'))
    assert.notEqual(ada.credential, old)
    assert.deepEqual(await see(ada), { userId: 'ada', data: { cart: ['tea'] } })
    await assertAnonymous(visitor(old))
  },

  async 'ends the session of the user before, when another signs in'({ visitor }) {
    const ada = visitor()
    await see(ada, signIn('ada'), put('cart', ['tea']))
    const { credential: old } = ada
    await see(ada, signIn('grace'))
    assert.deepEqual(await see(ada), { userId: 'grace', data: {} })
    await assertAnonymous(visitor(old))
  },

  async 'takes a credential that is not good for nobody’s, and leaves it where it is'({ visitor }) {
    const ada = visitor()
    await see(ada, signIn('ada'))
    const good = ada.credential ?? ''
    const forged = good.replace(/.$/, last => (last === 'A' ? 'B' : 'A'))
    for (const credential of ['x', 'a.0.b', forged, good.slice(0, -1), `${good}A`, 'x'.repeat(2000)]) {
      const mallory = visitor(credential)
      await assertAnonymous(mallory)
      assert.equal(mallory.credential, credential)
    }
    assert.deepEqual(await see(ada), { userId: 'ada', data: {} })
  },

  async 'replaces a credential that is not good by the first one it gives'({ visitor }) {
    const ada = visitor('a.0.b')
    await see(ada, put('cart', ['tea']))
    assert.notEqual(ada.credential, 'a.0.b')
    assert.deepEqual((await see(ada)).data, { cart: ['tea'] })
  },

  async 'replaces a credential that an old secret signed, though nothing changed'({
    visitor,
    serveWithNewSecret,
    store,
  }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    const { writes } = store
    const server = await serveWithNewSecret()
    const later = server.visitor(ada.credential)
    assert.deepEqual((await see(later)).data, { cart: ['tea'] })
    assert.notEqual(later.credential, ada.credential)
    assert.deepEqual((await see(server.visitor(later.credential))).data, { cart: ['tea'] })
    assert.equal(store.writes, writes)
  },
}
