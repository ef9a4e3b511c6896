import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertCode } from './assert-code.fixture.ts'
import { SessionError } from './errors.ts'
import { createKeyring } from './keyring.ts'
import { MapStore } from './map-store.fixture.ts'
import { createStoredStrategy } from './stored-strategy.ts'

const [first, second, third] = ['1'.repeat(32), '2'.repeat(32), '3'.repeat(32)] as const

suite('key ring', () => {
  test('refuses to be made of no secret, a short one, or what is no secret', () => {
    const refused = [
      [],
      [''],
      ['x'.repeat(31)],
      [new Uint8Array(31)],
      [first, 'short'],
      [undefined],
      [null],
      [42],
      [{}],
    ]
    for (const secrets of refused as string[][]) {
      assert.throws(() => createKeyring(secrets, 'test'), isWeakSecret, JSON.stringify(secrets))
      assert.throws(() => createStoredStrategy({ store: new MapStore(), keys: secrets }), isWeakSecret)
    }
  })

  test('takes secrets of 32 bytes, as text or bytes', () => {
    const secrets = [first, '日本語日本語日本語日本', new Uint8Array(32), Buffer.alloc(64)]
    assert.equal(createKeyring(secrets, 'test').sign('text').length, 43)
    const [asText, asBytes] = [first, Buffer.from(first)].map(secret =>
      createKeyring([secret], 'test').sign('text'),
    )
    assert.equal(asText, asBytes)
  })

  test('signs with the first secret, and verifies with all', () => {
    const ring = createKeyring([first, second, third], 'test')
    const macs = [first, second, third, '4'.repeat(32)].map(secret =>
      createKeyring([secret], 'test').sign('text'),
    )
    assert.equal(ring.sign('text'), macs[0])
    assert.deepEqual(
      macs.map(mac => ring.verify('text', mac)),
      ['current', 'old', 'old', null],
    )
  })

  test('verifies no other text, and no other spelling of a MAC', () => {
    const ring = createKeyring([first], 'test')
    const mac = ring.sign('text')
    assert.equal(ring.verify('text', mac), 'current')
    assert.equal(ring.verify('Text', mac), null)
    const sameBytes = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map(last => mac.slice(0, -1) + last)
      .filter(spelling => Buffer.from(spelling, 'base64url').equals(Buffer.from(mac, 'base64url')))
    assert.equal(sameBytes.length, 4)
    for (const wrong of ['', mac.slice(0, -1), `${mac}=`, `${mac}A`, 'é'.repeat(43), 'A'.repeat(43)]) {
      assert.equal(ring.verify('text', wrong), null)
    }
    assert.deepEqual(
      sameBytes.filter(spelling => ring.verify('text', spelling) !== null),
      [mac],
    )
  })

  test('keeps purposes apart', () => {
    const mac = createKeyring([first], 'one').sign('text')
    assert.equal(createKeyring([first], 'other').verify('text', mac), null)
  })
})

const isWeakSecret = (error: unknown) => error instanceof SessionError && error.code === 'weak_secret'

test('a secret that is one text, or none, is a weak_secret', () => {
  assertCode('weak_secret', () => createKeyring('x'.repeat(32) as never, 'test'))
  assertCode('weak_secret', () => createKeyring(undefined as never, 'test'))
})
