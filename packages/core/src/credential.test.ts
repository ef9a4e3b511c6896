import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createSessionId, signCredential, verifyCredential } from './credential.ts'
import { createKeyring, type Keyring } from './keyring.ts'

suite('credential', () => {
  const ring = createKeyring(['1'.repeat(32)], 'test')

  test('session ids are 22 characters of base64url, and never the same', () => {
    const ids = Array.from({ length: 10_000 }, createSessionId)
    for (const id of ids) assert.match(id, /^[\w-]{22}$/)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('what was signed is read back, and by which secret', () => {
    const id = createSessionId()
    const old = signCredential(ring, id, 7)
    const rotated = createKeyring(['2'.repeat(32), '1'.repeat(32)], 'test')
    assert.deepEqual(verifyCredential(ring, old), { id, generation: 7, signedWith: 'current' })
    assert.deepEqual(verifyCredential(rotated, old), { id, generation: 7, signedWith: 'old' })
  })

  test('a claim cannot be changed, nor borrow the MAC of another', () => {
    const [id, other] = [createSessionId(), createSessionId()]
    const mac = signCredential(ring, id, 1).split('.').at(-1)
    for (const forged of [
      `${other}.1.${mac}`,
      `${id}.2.${mac}`,
      `${id}.01.${mac}`,
      `${id}.1..${mac}`,
      `.1.${mac}`,
    ]) {
      assert.equal(verifyCredential(ring, forged), null, forged)
    }
  })

  test('what was signed, but is no claim, is null', () => {
    for (const text of ['claim', '.1', ''])
      assert.equal(verifyCredential(ring, `${text}.${ring.sign(text)}`), null)
  })

  test('garbage is null', () => {
    for (const text of ['', '.', '..', '...', 'x', '\0', '__proto__', 'é.é.é', '.'.repeat(10_240)]) {
      assert.equal(verifyCredential(ring, text), null)
    }
  })

  test('what is too long is not even looked at', () => {
    let looks = 0
    const looking: Keyring = {
      ...ring,
      verify() {
        looks++
        return 'current'
      },
    }
    assert.ok(verifyCredential(looking, `x.0.${'m'.repeat(252)}`))
    assert.equal(verifyCredential(looking, `x.0.${'m'.repeat(253)}`), null)
    assert.equal(looks, 1)
  })
})
