import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRecord, TrialStore } from '@sojourn/conformance'
import { createStoredStrategy, SessionError } from '@sojourn/core'
import { createReloginKeyStrategy, type ReloginKeyStrategyOptions } from './index.ts'
import { createTrial, keys } from './trial.fixture.ts'

suite('A key is refused, and nobody is punished,', () => {
  test('if its MAC is not good', async () => {
    const { strategy, keyOf, stored } = await createTrial()
    const key = await keyOf(0)
    const [id, , mac] = key.split('.')
    for (const forged of [`${id}.1.${mac}`, `${id}.0.${'A'.repeat(43)}`, `${id}.0`, id as string]) {
      assert.equal(await strategy.resume(forged), null, forged)
      assert.equal(await strategy.resume(`${forged}.attempt`), null, forged)
    }
    assert.equal(stored()?.version, 1)
  })

  test('if it is the credential of another strategy with the same secret', async () => {
    const store = new TrialStore()
    const [stored, relogin] = [
      createStoredStrategy({ store, keys }),
      createReloginKeyStrategy({ store, keys }),
    ]
    for (const [from, to] of [
      [stored, relogin],
      [relogin, stored],
    ] as const) {
      const saved = await from.save(createRecord(Date.now()), { reissue: false })
      assert.ok(saved.ok && saved.credential)
      assert.equal(await to.resume(saved.credential), null)
      assert.ok(await from.resume(saved.credential))
    }
  })

  test('if the session is unknown, has ended, or has expired', async () => {
    for (const how of ['unknown', 'ended', 'expired']) {
      const { store, strategy, clock, id, present, revoked, reused } = await createTrial()
      if (how === 'unknown') store.records.delete(id)
      if (how === 'ended') await strategy.revoker.revoke(id)
      if (how === 'expired') clock.advance(86_400_000)
      assert.equal(await present(0, 'A'), null, how)
      assert.equal(await present(7, 'A'), null, how)
      assert.deepEqual([reused.length, revoked.length], [0, how === 'ended' ? 1 : 0], how)
    }
  })

  test('if what follows it is no attempt id', async () => {
    const { strategy, keyOf, stored, present } = await createTrial()
    const key = await keyOf(0)
    const wrong = ['', ' ', '+', '=', '\n', 'a\n', 'a b', 'é', 'a.b', 'a.', '.a', 'x'.repeat(65)]
    for (const attempt of wrong) assert.equal(await strategy.resume(`${key}.${attempt}`), null, attempt)
    assert.equal(stored()?.version, 1)
    assert.ok(await present(0, 'x'.repeat(64)))
    assert.ok(await present(1, 'A-Za_z09'))
  })
})

suite('A client with attempt ids', () => {
  test('is back after an answer was lost, hours later', async () => {
    const { clock, present, rotate, reused } = await createTrial()
    await rotate('A')
    const lost = await present(1, 'B')
    clock.advance(6 * 3_600_000)
    const again = await present(1, 'B')
    assert.equal(again?.credential, lost?.credential)
    assert.ok(await present(2, 'C'))
    assert.deepEqual(reused, [])
  })

  test('is back after the store did what it answered with an error', async () => {
    const { store, present, stored } = await createTrial()
    const write = store.write.bind(store)
    store.write = async next => {
      await write(next)
      throw new SessionError('store_unavailable', 'The answer was lost.')
    }
    await assert.rejects(present(0, 'A'), { code: 'store_unavailable' })
    store.write = write
    assert.equal(stored()?.generation, 1)
    assert.ok(await present(0, 'A'))
    assert.ok(await present(1, 'B'))
  })

  test('is given keys of a new secret, even for a retry, or where they are kept', async () => {
    const { store, clock, rotate, keyOf, presented } = await createTrial()
    await rotate('A')
    const spent = presented(await keyOf(0), 'A')
    const newKeys = ['the secret that follows it, which has as many bytes', ...keys]
    const only = createReloginKeyStrategy({ store, keys: newKeys.slice(0, 1), now: clock.now })
    for (const rotateAfterMs of [0, 60_000]) {
      const strategy = createReloginKeyStrategy({ store, keys: newKeys, now: clock.now, rotateAfterMs })
      for (const key of rotateAfterMs === 0 ? [spent] : [spent, await keyOf(1)]) {
        const given = (await strategy.resume(key))?.credential
        assert.match(given ?? '', /\.1\./)
        if (rotateAfterMs > 0) assert.equal((await strategy.resume(given ?? ''))?.credential, undefined)
      }
    }
    assert.equal(await only.resume(await keyOf(1)), null)
  })
})

test('A store that never answers is given up', { timeout: 10_000 }, async t => {
  class HangingStore extends TrialStore {
    override readonly traits = { durable: true, shared: true }
    override read(): Promise<never> {
      return new Promise(() => {})
    }
  }
  const { keyOf } = await createTrial()
  const strategy = createReloginKeyStrategy({ store: new HangingStore(), keys, timeoutMs: 1 })
  const alive = setInterval(() => {}, 1000) // The timer of the guard keeps no process alive.
  t.after(() => clearInterval(alive))
  await assert.rejects(strategy.resume(await keyOf(0)), { code: 'store_unavailable' })
})

test('options that cannot work are refused at construction', () => {
  const impossible: [Partial<ReloginKeyStrategyOptions> | { format: string } | { bind: string }, string][] = [
    [{ keys: [] }, 'weak_secret'],
    [{ keys: ['short'] }, 'weak_secret'],
    [{ format: 'jwt', keys: [undefined] }, 'weak_secret'],
    [{ graceMs: -1 }, 'invalid_option'],
    [{ graceMs: 0.5 }, 'invalid_option'],
    [{ graceMs: Number.POSITIVE_INFINITY }, 'invalid_option'],
    [{ rotateAfterMs: Number.NaN }, 'invalid_option'],
    [{ rotateAfterMs: 1e13 }, 'invalid_option'],
    [{ timeoutMs: 0 }, 'invalid_option'],
    [{ format: 'paseto' }, 'invalid_option'],
    [{ bind: 'cookie' }, 'invalid_option'],
  ]
  for (const [options, code] of impossible) {
    const given = { store: new TrialStore(), keys, ...options } as ReloginKeyStrategyOptions
    const what = JSON.stringify(options)
    assert.throws(() => createReloginKeyStrategy(given), { name: 'SessionError', code }, what)
  }
})
