import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRecord } from '@sojourn/conformance'
import { decodeProtectedHeader, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { createReloginKeyStrategy, deriveJwk } from './index.ts'
import { createTrial, keys } from './trial.fixture.ts'

const [secret] = keys
const newSecret = 'the secret that follows it, which has as many bytes'
const jwk = deriveJwk(secret)

suite('A JWT', () => {
  test('can be verified by another service, without the store', async () => {
    const { keyOf, id, stored, clock } = await createTrial({ format: 'jwt' })
    const { payload, protectedHeader } = await jwtVerify(await keyOf(0), jwk, {
      currentDate: new Date(clock.now()),
    })
    assert.deepEqual(protectedHeader, { alg: 'HS256', typ: 'JWT', kid: jwk.kid })
    const exp = Math.floor((stored()?.expiresAt as number) / 1000)
    assert.deepEqual(payload, { sub: 'alice', sid: id, gen: 0, exp })
  })

  test('of nobody who signed in has no subject', async () => {
    const { strategy, clock } = await createTrial({ format: 'jwt' })
    const begun = await strategy.save(createRecord(clock.now()), { reissue: false })
    assert.ok(begun.ok && begun.credential)
    const { payload } = await jwtVerify(begun.credential, Buffer.from(jwk.k, 'base64url'))
    assert.deepEqual(Object.keys(payload), ['sid', 'gen', 'exp'])
  })

  test('is good for as long as its session lives, though a save moved that after it was issued', async () => {
    const { strategy, clock, rotate, present, stored } = await createTrial({ format: 'jwt' })
    await rotate('A')
    const record = stored() ?? assert.fail()
    const expiresAt = record.expiresAt + 3_600_000
    assert.ok((await strategy.save({ ...record, expiresAt, deadline: expiresAt }, { reissue: false })).ok)
    clock.advance(86_400_000 + 1000)
    assert.ok(await present(1, 'B'))
  })

  test('of an old secret is replaced; of one that is gone, refused', async () => {
    const { store, clock, keyOf } = await createTrial({ format: 'jwt' })
    const options = { store, now: clock.now, format: 'jwt' as const, rotateAfterMs: 1000 }
    const old = await keyOf(0)
    assert.equal(await createReloginKeyStrategy({ ...options, keys: [newSecret] }).resume(old), null)
    const strategy = createReloginKeyStrategy({ ...options, keys: [newSecret, ...keys] })
    const given = (await strategy.resume(old))?.credential ?? assert.fail('was not replaced')
    assert.equal(decodeProtectedHeader(given).kid, deriveJwk(newSecret).kid)
    assert.equal((await strategy.resume(given))?.credential, undefined)
  })

  test('holds a long user id', async () => {
    const { strategy, clock } = await createTrial({ format: 'jwt' })
    const record = createRecord(clock.now(), { userId: 'é👩'.repeat(1500) })
    const begun = await strategy.save(record, { reissue: false })
    assert.ok(begun.ok && begun.credential)
    assert.equal((await strategy.resume(`${begun.credential}.A`))?.record.userId, record.userId)
  })
})

suite('A JWT is refused', () => {
  const claims = async () => {
    const trial = await createTrial({ format: 'jwt' })
    return { ...trial, good: { sid: trial.id, gen: 0, exp: Math.floor(trial.clock.now() / 1000) + 3600 } }
  }
  const sign = (payload: object, header: object = {}, key = jwk.k) =>
    new SignJWT({ ...payload })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: jwk.kid, ...header })
      .sign(Buffer.from(key, 'base64url'))

  test('unless it was signed as ours are', async () => {
    const { strategy, good, stored } = await claims()
    const [header, payload, signature] = (await sign(good)).split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: jwk.kid })).toString('base64url')
    const forged = {
      'alg none': new UnsecuredJWT(good).encode(),
      'alg none, with our kid': `${none}.${payload}.`,
      'alg none, with a signature': `${none}.${payload}.${signature}`,
      'another algorithm': await sign(good, { alg: 'HS512' }, Buffer.alloc(64, 1).toString('base64url')),
      'another key': await sign(good, {}, deriveJwk(newSecret).k),
      'an unknown kid': await sign(good, { kid: 'unknown' }),
      'no kid': await sign(good, { kid: undefined }),
      'a header that is none': `${Buffer.from('no JSON').toString('base64url')}.${payload}.${signature}`,
      'another payload': `${header}.${Buffer.from(JSON.stringify({ ...good, gen: 1 })).toString('base64url')}.${signature}`,
    }
    for (const [how, token] of Object.entries(forged)) {
      assert.equal(await strategy.resume(token), null, how)
      assert.equal(await strategy.resume(`${token}.A`), null, how)
    }
    assert.equal(stored()?.version, 1)
    assert.ok(await strategy.resume(await sign(good)))
  })

  test('with other bits behind its signature, or space around it', async () => {
    const { strategy, keyOf } = await createTrial({ format: 'jwt' })
    const token = await keyOf(0)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(token.at(-1) as string)
    for (const bits of [1, 2, 3]) {
      assert.equal(await strategy.resume(token.slice(0, -1) + alphabet[last + bits]), null)
    }
    for (const spaced of [` ${token}`, `${token} `, `${token}\n`, token.replace('.', ' .'), `${token}=`]) {
      assert.equal(await strategy.resume(spaced), null)
    }
    assert.ok(await strategy.resume(token))
  })

  test('if another service signed with our key what is no claim of ours', async () => {
    const { strategy, good, store } = await claims()
    store.failing = 'reads' // What is no claim is not looked for.
    for (const odd of [
      { sid: 1 },
      { sid: null },
      { gen: '0' },
      { gen: 0.5 },
      { gen: -1 },
      { gen: undefined },
    ]) {
      assert.equal(await strategy.resume(await sign({ ...good, ...odd })), null, JSON.stringify(odd))
    }
  })

  test('where keys are no JWTs, and they where those are', async () => {
    const [jwts, plain] = [await createTrial({ format: 'jwt' }), await createTrial()]
    assert.equal(await plain.strategy.resume(await jwts.keyOf(0)), null)
    assert.equal(await jwts.strategy.resume(await plain.keyOf(0)), null)
  })

  test('with an attempt after a dot, or one that is none', async () => {
    const { strategy, keyOf, stored } = await createTrial({ format: 'jwt' })
    const token = await keyOf(0)
    for (const tail of ['~A', '.', '.a.b', '.a~b', '.é', `.${'x'.repeat(65)}`]) {
      assert.equal(await strategy.resume(token + tail), null, tail)
    }
    assert.equal(stored()?.version, 1)
  })
})
