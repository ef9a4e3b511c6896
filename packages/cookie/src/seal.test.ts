import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { decodeRecord, encodeRecord } from './record-bytes.ts'
import { sealByTheBook } from './reference-seal.fixture.ts'
import { Seal, sealedLength } from './seal.ts'
import vectors from './vectors.json' with { type: 'json' }

const secret = 'the secret of these tests, of more than 32 bytes'
const older = 'the secret before it, of more than 32 bytes, too'
const plain = Buffer.from('what is sealed')
/** Version, salt and count. */
const headOf = (sealed: string) => Buffer.from(sealed, 'base64url').subarray(0, 16)
const saltOf = (sealed: string) => headOf(sealed).toString('hex', 1, 13)

suite('The format', () => {
  for (const { what, secret, cookieName, salt, count, record, plain, credential } of vectors) {
    test(`${what}: is read and written as docs/sealed-cookie.md says`, () => {
      assert.equal(encodeRecord(record).toString('hex'), plain)
      const bytes = Buffer.from(plain, 'hex')
      assert.equal(sealByTheBook(secret, cookieName, Buffer.from(salt, 'hex'), count, bytes), credential)
      const opened = new Seal([secret], cookieName).open(credential)
      assert.deepEqual(opened, { plain: bytes, secret: 'current' })
      assert.deepEqual(decodeRecord(opened?.plain as Buffer), record)
      assert.equal(credential.length, sealedLength(bytes.length))
    })
  }

  test('a seal writes what a second implementation writes', () => {
    const sealed = new Seal([secret], 'session').seal(plain)
    const [salt, count] = [headOf(sealed).subarray(1, 13), headOf(sealed).readUIntBE(13, 3)]
    assert.equal(sealed, sealByTheBook(secret, 'session', Buffer.from(salt), count, plain))
  })
})

suite('A seal', () => {
  test('opens what it sealed, and says whether another secret is due', () => {
    const sealed = new Seal([older], 'session').seal(plain)
    assert.deepEqual(new Seal([older], 'session').open(sealed), { plain, secret: 'current' })
    const rotated = new Seal([secret, older], 'session')
    for (const time of ['first', 'again']) {
      assert.deepEqual(rotated.open(sealed), { plain, secret: 'old' }, time)
    }
    assert.deepEqual(rotated.open(rotated.seal(plain)), { plain, secret: 'current' })
    assert.equal(new Seal([secret], 'session').open(sealed), null)
  })

  test('is worthless under another cookie name, purpose or version', () => {
    const seal = new Seal([secret], 'session')
    const sealed = seal.seal(plain)
    assert.equal(new Seal([secret], 'admin').open(sealed), null)
    const bytes = Buffer.from(sealed, 'base64url')
    for (const version of [0, 2, 255]) {
      bytes[0] = version
      assert.equal(seal.open(bytes.toString('base64url')), null)
    }
  })

  test('never uses a nonce twice under one key: it counts, and draws a new salt in time', () => {
    const seals = [new Seal([secret], 'session', 100), new Seal([secret], 'session', 100)]
    const heads = new Set<string>()
    const salts = new Set<string>()
    for (let n = 0; n < 1000; n++) {
      for (const seal of seals) {
        const sealed = seal.seal(plain)
        heads.add(headOf(sealed).toString('hex'))
        salts.add(saltOf(sealed))
        assert.ok(headOf(sealed).readUIntBE(13, 3) < 100)
      }
    }
    assert.deepEqual([heads.size, salts.size], [2000, 20])
  })

  test('with any bit changed, cut, lengthened or written otherwise is null', () => {
    const seal = new Seal([secret], 'session')
    const sealed = seal.seal(plain)
    const bytes = Buffer.from(sealed, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      assert.equal(seal.open(changed.toString('base64url')), null, `bit ${bit}`)
    }
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(seal.open(sealed.slice(0, length)), null)
      assert.equal(seal.open(sealed.slice(length + 1)), null)
    }
    const others = [
      `${sealed}A`,
      `${sealed}=`,
      ` ${sealed}`,
      `${sealed}\n`,
      bytes.toString('base64'),
      sealed.repeat(50),
    ]
    for (const other of others.filter(other => other !== sealed)) assert.equal(seal.open(other), null)
    assert.ok(seal.open(sealed))
  })
})

suite('1,000,000 forged cookies', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const seal = new Seal([secret], 'session')
  const sealed = seal.seal(Buffer.alloc(240, 'x'))

  /** The first tenth warms up: what V8 and OpenSSL then have, they keep. */
  async function assertRefused(forge: () => string, count: number): Promise<void> {
    let before = 0
    for (let n = 0; n < count; n++) {
      if (n % 1000 === 0) await setImmediate() // as between requests: V8 lets go of ciphers then
      if (n === count / 10) before = memory()
      const forged = forge()
      if (forged !== sealed && seal.open(forged) !== null) assert.fail(`accepted: ${forged}`)
    }
    const grownBytes = memory() - before
    assert.ok(grownBytes < 32 * 2 ** 20, `memory has grown by ${grownBytes} bytes`)
    assert.ok(seal.open(sealed), 'the genuine one is not accepted any more')
  }

  function memory(): number {
    collect()
    return process.memoryUsage().rss
  }

  test('that differ in a byte or two: none is accepted, nothing is thrown, memory stays', async () => {
    const genuine = Buffer.from(sealed, 'base64url')
    await assertRefused(() => {
      const bytes = Buffer.from(genuine)
      for (const at of randomBytes(2))
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ (at | 1)
      return bytes.toString('base64url')
    }, 500_000)
  })

  test('of random bytes, or of a salt of their own: likewise', async () => {
    await assertRefused(() => {
      const bytes = randomBytes(200)
      bytes[0] = 1
      return bytes.toString('base64url', 0, 10 + ((bytes[1] as number) % 190))
    }, 480_000)
  })

  test('of any text: likewise', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.nat(sealed.length).map(at => sealed.slice(0, at) + sealed.slice(at + 1)),
      fc
        .tuple(fc.nat(sealed.length), fc.string())
        .map(([at, by]) => sealed.slice(0, at) + by + sealed.slice(at + by.length)),
    )
    const texts = fc.sample(text, 20_000)
    await assertRefused(() => texts.pop() as string, texts.length)
  })
})
