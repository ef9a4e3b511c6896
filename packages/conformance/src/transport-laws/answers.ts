import assert from 'node:assert/strict'
import { eventually } from '../eventually.ts'
import type { Laws } from '../law.ts'
import { hourMs, minuteMs } from '../record.ts'
import type { TransportTrial } from '../transport.ts'
import { meet, put, see, signIn, wait } from './see.ts'

/** What answers show, and when they come. */
export const answerLaws: Laws<TransportTrial> = {
  async 'shows a visitor what it put, changed in place and deleted before, and shows it to nobody else'({
    visitor,
  }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']), put('lang', 'en'))
    assert.deepEqual((await see(ada)).data, { cart: ['tea'], lang: 'en' })
    await see(ada, { do: 'append', key: 'cart', value: 'milk' })
    await see(ada, { do: 'delete', key: 'lang' })
    assert.deepEqual((await see(visitor(ada.credential))).data, { cart: ['tea', 'milk'] })
    assert.deepEqual((await see(visitor())).data, {})
  },

  async 'answers once the session is saved, and no sooner'({ visitor, store }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    store.gate.shut()
    let answered = false
    const answer = ada.do(put('cart', ['milk'])).finally(() => {
      answered = true
    })
    await eventually(() => store.gate.waiting === 1, 'the save')
    // An answer that did not wait would have come before those of later visitors.
    for (let later = 0; later < 5; later++) {
      assert.deepEqual((await see(visitor(ada.credential))).data, { cart: ['tea'] })
    }
    assert.equal(answered, false)
    store.gate.open()
    assert.ok((await answer).ok)
    assert.deepEqual((await see(visitor(ada.credential))).data, { cart: ['milk'] })
  },

  async 'saves nothing for an action that changes nothing'({ visitor, store, clock }) {
    const ada = visitor()
    await see(ada, signIn('ada'), put('cart', ['tea']))
    const { credential } = ada
    const { writes } = store
    clock.advance(1000)
    await see(ada)
    await see(visitor(credential))
    await see(ada, put('cart', ['tea']))
    assert.equal(store.writes, writes)
    assert.equal(ada.credential, credential)
  },

  async 'saves once for all that an action changes'({ visitor, store }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']), put('lang', 'en'))
    assert.equal(store.writes, 1)
    await see(ada, put('cart', ['milk']), put('lang', 'de'))
    assert.equal(store.writes, 2)
  },

  async 'saves a read when it moves the idle expiry far enough, and only then'({ visitor, store, clock }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    clock.advance(minuteMs - 1)
    await see(ada)
    assert.equal(store.writes, 1)
    clock.advance(1)
    await see(ada)
    await see(ada)
    assert.equal(store.writes, 2)
    const [record] = store.records.values()
    assert.equal(record?.expiresAt, clock.now() + hourMs)
  },

  async 'keeps what visitors in parallel put into one session under different keys'({ visitor, gate }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    gate.shut()
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    const answers = await meet(
      gate,
      keys.map(key => visitor(ada.credential).do(put(key, true), wait)),
    )
    assert.ok(answers.every(({ ok }) => ok))
    const { data } = await see(visitor(ada.credential))
    assert.deepEqual(Object.keys(data).sort(), [...keys, 'cart'].sort())
  },

  async 'keeps visitors in parallel apart'({ visitor, gate }) {
    gate.shut()
    const names = ['ada', 'grace', 'barbara']
    const answers = await meet(
      gate,
      names.map(name => visitor().do(put('name', name), wait, signIn(name))),
    )
    assert.deepEqual(
      answers,
      names.map(name => ({ ok: true, view: { userId: name, data: { name } } })),
    )
  },

  async 'answers an app that fails with its error, and the session goes on'({ visitor }) {
    const ada = visitor()
    await see(ada, put('cart', ['tea']))
    const answer = await ada.do({ do: 'fail' })
    assert.deepEqual(answer, { ok: false, code: 'app_failed' })
    assert.deepEqual((await see(ada)).data, { cart: ['tea'] })
  },
}
