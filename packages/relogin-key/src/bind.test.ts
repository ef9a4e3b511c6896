import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createClock, createRecord, minuteMs, TrialStore } from '@sojourn/conformance'
import { createSessions, onSessionEvent } from '@sojourn/core'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { createReloginKeyStrategy } from './index.ts'
import { keys } from './trial.fixture.ts'

/** A cookie as it may be; some are much alike. */
const cookie = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.stringMatching(/^[ab.]{1,3}$/),
)

for (const format of ['key', 'jwt'] as const) {
  const attempt = '.attempt'

  async function begin(binding: string, bind = true) {
    const store = new TrialStore()
    const { now } = createClock()
    const strategy = createReloginKeyStrategy({ store, keys, now, format, bind })
    const saved = await strategy.save(createRecord(now(), { userId: 'alice' }), { reissue: false, binding })
    assert.ok(saved.ok && saved.credential)
    return { store, strategy, now, record: saved.record, key: saved.credential }
  }

  suite(`A key that is bound to a cookie (${format})`, () => {
    test('is good with that cookie, as are those that follow it', async () => {
      await fc.assert(
        fc.asyncProperty(cookie, async binding => {
          const { strategy, key } = await begin(binding)
          const next = await strategy.resume(key + attempt, binding)
          assert.ok(next?.credential)
          const again = await strategy.resume(key + attempt, binding)
          assert.equal(again?.credential, next.credential, 'a retry has another key')
          const saved = await strategy.save(next.record, { reissue: true, binding })
          assert.ok(saved.ok && saved.credential)
          assert.ok(await strategy.resume(saved.credential, binding))
        }),
      )
    })

    test('is worthless with any other, or none, spent or not: the store is not asked, and nobody is punished', async () => {
      await fc.assert(
        fc.asyncProperty(cookie, cookie, async (binding, other) => {
          fc.pre(binding !== other)
          const { strategy, store, key, record } = await begin(binding)
          const next = await strategy.resume(key + attempt, binding)
          const saved = await strategy.save(next?.record ?? record, { reissue: true, binding })
          assert.ok(saved.ok && saved.credential && next?.credential)
          const stolenKeys = [key, next.credential, saved.credential]
          const before = structuredClone(store.records)
          store.failing = 'reads'
          for (const wrong of [other, '', null, undefined]) {
            for (const stolen of stolenKeys) {
              assert.equal(await strategy.resume(stolen, wrong), null)
              assert.equal(await strategy.resume(stolen + attempt, wrong), null)
            }
          }
          assert.deepEqual(store.records, before)
        }),
      )
    })

    test('is reuse in two hands that both have the cookie', async t => {
      const { strategy, key, record } = await begin('cookie')
      let reuses = 0
      t.after(
        onSessionEvent('reuse', ({ sessionId }) => {
          if (sessionId === record.id) reuses++
        }),
      )
      assert.ok(await strategy.resume(key + attempt, 'cookie'))
      assert.equal(await strategy.resume(key, 'another'), null)
      assert.equal(reuses, 0)
      assert.equal(await strategy.resume(key, 'cookie'), null)
      assert.equal(reuses, 1)
    })

    test('is not issued without one, but a session is saved without', async () => {
      const { strategy, store, record } = await begin('cookie')
      const { writes } = store
      const expected = { name: 'SessionError', code: 'binding_missing', message: /bind: \{ cookie \}/ }
      const first = createRecord(record.createdAt)
      for (const binding of [{}, { binding: null }, { binding: '' }]) {
        await assert.rejects(strategy.save(first, { reissue: false, ...binding }), expected)
        await assert.rejects(strategy.save(record, { reissue: true, ...binding }), expected)
      }
      assert.equal(store.writes, writes)
      const touched = { ...record, expiresAt: record.expiresAt + minuteMs }
      const saved = await strategy.save(touched, { reissue: false })
      assert.ok(saved.ok && saved.credential === undefined)
    })

    test('is issued to a visit with that cookie, and opens the next one', async () => {
      const { strategy, now, key, record } = await begin('cookie')
      const sessions = createSessions({ strategy, now })
      const host = { replaced() {}, canDeliver: () => true }
      const thief = await sessions.open([key], { ...host, binding: 'another' })
      assert.notEqual(thief.id, record.id)
      const session = await sessions.open([key], { ...host, binding: 'cookie' })
      session.signIn('alice')
      const instruction = await sessions.commit(session)
      assert.ok(instruction.do === 'set')
      const next = await sessions.open([instruction.credential], { ...host, binding: 'cookie' })
      assert.deepEqual([next.id, next.userId], [session.id, 'alice'])
    })

    test('is worthless to a strategy that binds none, and the other way round', async () => {
      const [bound, free] = [await begin('cookie'), await begin('cookie', false)]
      for (const binding of [undefined, 'cookie']) {
        const { now } = bound
        const loose = createReloginKeyStrategy({ store: bound.store, keys, now, format })
        assert.equal(await loose.resume(bound.key, binding), null)
        const strict = createReloginKeyStrategy({ store: free.store, keys, now, format, bind: true })
        assert.equal(await strict.resume(free.key, binding), null)
      }
      assert.ok(await bound.strategy.resume(bound.key, 'cookie'))
      assert.ok(await free.strategy.resume(free.key, 'cookie'))
    })
  })

  test(`Without bind, a binding is ignored (${format})`, async () => {
    const { strategy, key } = await begin('one', false)
    for (const binding of ['another', '', null, undefined]) {
      assert.ok(await strategy.resume(key + attempt, binding))
    }
  })
}

test('A bound JWT tells another service the digest of the cookie', async () => {
  const store = new TrialStore()
  const strategy = createReloginKeyStrategy({ store, keys, format: 'jwt', bind: true })
  const saved = await strategy.save(createRecord(Date.now()), { reissue: false, binding: 'abc' })
  // SHA-256 of "abc", of FIPS 180-2.
  const digest = Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex')
  assert.equal(decodeJwt(saved.ok ? (saved.credential ?? '') : '').bnd, digest.toString('base64url'))
})
