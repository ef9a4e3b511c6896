import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createClock, createRecord, hourMs, TrialStore } from '@sojourn/conformance'
import type { SessionRecord, SessionRevoker, SessionStrategy } from '@sojourn/core'
import { type CookieStrategyOptions, createCookieStrategy, createRevocations } from './index.ts'

const keys = ['the secret of these tests, of more than 32 bytes']

async function credentialOf(strategy: SessionStrategy, fields: Partial<SessionRecord> = {}) {
  const saved = await strategy.save(createRecord(Date.now(), fields), { reissue: false })
  assert.ok(saved.ok && saved.credential !== undefined)
  return saved.credential
}

suite('A sealed cookie', () => {
  test('shows nothing of the session', async () => {
    const data = '{"card":"4111 1111 1111 1111"}'
    const credential = await credentialOf(createCookieStrategy({ keys }), { userId: 'alice', data })
    const shown = Buffer.from(credential, 'base64url').toString('latin1')
    for (const secret of ['alice', 'card', '4111']) assert.ok(!shown.includes(secret), secret)
  })

  test('is good for the cookie it was made for, and no other', async () => {
    const shop = createCookieStrategy({ keys, cookieName: 'shop' })
    const admin = createCookieStrategy({ keys, cookieName: 'admin' })
    const credential = await credentialOf(shop, { userId: 'alice' })
    assert.equal((await shop.resume(credential))?.record.userId, 'alice')
    assert.equal(await admin.resume(credential), null)
    assert.deepEqual([shop.traits.cookieName, admin.traits.cookieName], ['shop', 'admin'])
  })

  test('expires by the clock of the server, whatever the browser does', async () => {
    const clock = createClock()
    const strategy = createCookieStrategy({ keys, now: clock.now })
    const saved = await strategy.save(createRecord(clock.now()), { reissue: false })
    const credential = (saved.ok && saved.credential) as string
    clock.advance(hourMs - 1)
    assert.ok(await strategy.resume(credential))
    clock.advance(1)
    assert.equal(await strategy.resume(credential), null)
  })

  test('that would be too large is refused, with its size and the biggest key', async () => {
    const strategy = createCookieStrategy({ keys })
    const fits = JSON.stringify({ name: 'alice', cart: 'x'.repeat(5200) })
    assert.ok((await credentialOf(strategy, { data: fits })).length <= 7168)
    const data = JSON.stringify({ name: 'alice', cart: 'é'.repeat(3000), theme: 'dark' })
    await assert.rejects(credentialOf(strategy, { data }), {
      name: 'SessionError',
      code: 'data_too_large',
      message:
        'The session would take 8136 bytes of cookies, maxBytes is 7168. The biggest key is "cart", which has 6002 bytes.',
    })
    const larger = createCookieStrategy({ keys, maxBytes: 15_360 })
    const credential = await credentialOf(larger, { data })
    for (const smaller of [strategy, createCookieStrategy({ keys: [`new: ${keys[0]}`, ...keys] })]) {
      assert.ok(await smaller.resume(credential), 'a smaller maxBytes ends no session')
    }
  })
})

test('options that cannot work are refused at construction', () => {
  const impossible: [Partial<CookieStrategyOptions>, string][] = [
    [{ keys: [] }, 'weak_secret'],
    [{ keys: ['short'] }, 'weak_secret'],
    [{ keys: [undefined] }, 'weak_secret'],
    [{ cookieName: '' }, 'invalid_option'],
    [{ cookieName: 'a b' }, 'invalid_option'],
    [{ cookieName: '__Host-session' }, 'invalid_option'],
    [{ maxBytes: 511 }, 'invalid_option'],
    [{ maxBytes: 15_361 }, 'invalid_option'],
    [{ maxBytes: 4096.5 }, 'invalid_option'],
  ]
  for (const [options, code] of impossible) {
    const create = () =>
      createCookieStrategy({ keys, ...options } as CookieStrategyOptions & { revocations?: never })
    assert.throws(create, { name: 'SessionError', code }, JSON.stringify(options))
  }
})

/** Never called: what must compile, and what must not. */
export async function whatMustCompile(revocable: boolean): Promise<void> {
  const revocations = createRevocations({ store: new TrialStore() })
  const revoker: SessionRevoker = createCookieStrategy({ keys, revocations }).revoker
  const none: null = createCookieStrategy({ keys }).revoker
  const strategy = createCookieStrategy({ keys })
  // @ts-expect-error Without revocations there is nothing that could.
  await strategy.revoker.revoke('id')
  // @ts-expect-error Only the client knows its sessions.
  await createCookieStrategy({ keys, revocations }).directory.list('alice')
  void [revoker, none, revocable]
}
