import assert from 'node:assert/strict'
import type { Laws } from '../law.ts'
import type { TransportTrial } from '../transport.ts'
import { assertAnonymous, fail, put, see, signIn, signOut } from './see.ts'

/** What happens when a session cannot be opened, or not be saved. */
export const faultLaws: Laws<TransportTrial> = {
  async 'answers store_unavailable while the store cannot be read, and lets nobody in'({ visitor, store }) {
    const ada = visitor()
    await see(ada, signIn('ada'))
    const { credential } = ada
    store.failing = 'reads'
    const later = visitor(credential)
    assert.equal(await fail(later), 'store_unavailable')
    assert.equal(later.credential, credential)
    store.failing = null
    assert.equal((await see(visitor(credential))).userId, 'ada')
  },

  async 'answers store_unavailable when the first save fails, and gives no credential'({ visitor, store }) {
    store.failing = 'writes'
    const ada = visitor()
    assert.equal(await fail(ada, put('cart', ['tea'])), 'store_unavailable')
    assert.equal(ada.credential, null)
    store.failing = null
    assert.equal(store.records.size, 0)
    const later = visitor()
    await see(later, put('cart', ['milk']))
    assert.deepEqual((await see(later)).data, { cart: ['milk'] })
  },

  async 'answers store_unavailable when a later save fails, and leaves credential and session as they were'({
    visitor,
    store,
  }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    const { credential } = ada
    store.failing = 'writes'
    assert.equal(await fail(visitor(credential), put('cart', ['milk'])), 'store_unavailable')
    const mallory = visitor(credential)
    assert.equal(await fail(mallory, signIn('mallory')), 'store_unavailable')
    assert.equal(mallory.credential, credential)
    store.failing = null
    assert.deepEqual(await see(visitor(credential)), { userId: null, data: { cart: ['tea'] } })
  },

  async 'answers not_json to data that JSON cannot carry, and stores nothing of it'({ visitor, store }) {
    const ada = visitor()
    const bad = { do: 'put-function', key: 'callback' } as const
    assert.equal(await fail(ada, put('cart', ['tea']), bad), 'not_json')
    assert.equal(ada.credential, null)
    assert.equal(store.records.size, 0)
    await see(ada, put('cart', ['milk']))
    assert.equal(await fail(ada, put('cart', []), bad), 'not_json')
    assert.deepEqual((await see(ada)).data, { cart: ['milk'] })
  },

  async 'answers store_unavailable when a sign-out fails, and the visitor can try again'({ visitor, store }) {
    const ada = visitor()
    await see(ada, signIn('ada'))
    const { credential } = ada
    store.failing = 'removals'
    const later = visitor(credential)
    assert.equal(await fail(later, signOut), 'store_unavailable')
    assert.equal(later.credential, credential)
    store.failing = null
    await see(visitor(credential), signOut)
    await assertAnonymous(visitor(credential))
  },
}
