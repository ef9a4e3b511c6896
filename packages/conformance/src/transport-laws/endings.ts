import assert from 'node:assert/strict'
import { eventually } from '../eventually.ts'
import type { Laws } from '../law.ts'
import { hourMs, minuteMs } from '../record.ts'
import type { TransportTrial } from '../transport.ts'
import { assertAnonymous, put, regenerate, see, signIn, signOut, signOutEverywhere, wait } from './see.ts'

/** How sessions end, and that what has ended stays so. */
export const endingLaws: Laws<TransportTrial> = {
  async 'makes a visitor who signs out forget its credential, and a copy of it is worthless'({ visitor }) {
    const ada = visitor()
    await see(ada, signIn('ada'), put('cart', ['tea']))
    const copy = ada.credential
    assert.deepEqual(await see(ada, signOut), { userId: null, data: {} })
    assert.equal(ada.credential, null)
    await assertAnonymous(visitor(copy))
  },

  async 'signs a user out everywhere, and nobody else'({ visitor }) {
    const [laptop, phone, grace] = [visitor(), visitor(), visitor()]
    await see(laptop, signIn('ada'))
    await see(phone, signIn('ada'))
    await see(grace, signIn('grace'))
    assert.equal((await see(phone)).userId, 'ada')
    await see(laptop, signOutEverywhere)
    await assertAnonymous(visitor(laptop.credential))
    await assertAnonymous(visitor(phone.credential))
    assert.equal((await see(visitor(grace.credential))).userId, 'grace')
  },

  async 'regenerates: the old session ends, and nothing is given until something is stored'({ visitor }) {
    const ada = visitor()
    await see(ada, signIn('ada'), put('cart', ['tea']))
    const copy = ada.credential
    assert.deepEqual(await see(ada, regenerate), { userId: null, data: {} })
    assert.equal(ada.credential, null)
    await assertAnonymous(visitor(copy))
  },

  async 'stores what is put after an end into a session of its own'({ visitor }) {
    for (const end of [signOut, regenerate]) {
      const ada = visitor()
      await see(ada, signIn('ada'), put('cart', ['tea']))
      const copy = ada.credential
      await see(ada, end, put('notice', 'bye'))
      assert.deepEqual(await see(visitor(ada.credential)), { userId: null, data: { notice: 'bye' } })
      await assertAnonymous(visitor(copy))
    }
  },

  async 'does not bring back a session that ended while an action went on'({ visitor, gate, store }) {
    const ada = visitor()
    await see(ada, signIn('ada'))
    const { credential } = ada
    gate.shut()
    const late = visitor(credential).do(put('cart', ['tea']), wait)
    await eventually(() => gate.waiting === 1, 'the late action')
    await see(ada, signOut)
    gate.open()
    await late
    await assertAnonymous(visitor(credential))
    assert.equal(store.records.size, 0)
  },

  async 'ends a session that is not used for long enough'({ visitor, clock }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    clock.advance(hourMs - 1)
    assert.deepEqual((await see(visitor(ada.credential))).data, { cart: ['tea'] })
    clock.advance(hourMs - 1)
    assert.deepEqual((await see(visitor(ada.credential))).data, { cart: ['tea'] })
    clock.advance(hourMs)
    await assertAnonymous(visitor(ada.credential))
  },

  async 'ends a session at its deadline, however much it is used'({ visitor, clock }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    for (let used = 0; used < 3; used++) {
      clock.advance(hourMs - minuteMs)
      assert.deepEqual((await see(visitor(ada.credential))).data, { cart: ['tea'] })
    }
    clock.advance(3 * minuteMs)
    await assertAnonymous(visitor(ada.credential))
  },
}
