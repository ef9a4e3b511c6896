import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { suite, test } from 'node:test'
import { createCookieStrategy } from '@sojourn/cookie'
import { type LegacySessions, type SessionRequest, sessions } from '@sojourn/express'
import clientSessionsLibrary from 'client-sessions'
import { sealData } from 'iron-session'
import { type CookieSessionOptions, cookieSession } from './cookie-session.ts'
import { type ClientSessionsOptions, clientSessions } from './index.ts'
import { type IronSessionOptions, ironSession } from './iron-session.ts'
import { clientSessionsOptions, cookieSessionOptions, ironOptions, minuteMs } from './libraries.fixture.ts'

const common = {
  until: new Date(Date.now() + 60 * minuteMs),
  convert: (data: object) => ({ userId: null, data }),
}
const content = { cart: ['tea'] }
const invalid = { name: 'SessionError', code: 'invalid_option' }

const request = (cookie: string, secure = false) =>
  Object.assign(new IncomingMessage(new Socket()), {
    headers: { cookie },
    secure,
  }) as unknown as SessionRequest

/** The data that is read. */
async function read(legacy: LegacySessions, cookie: string): Promise<object | null> {
  const taken = await legacy.read(request(cookie))
  return taken === null ? null : taken.data
}

function cleared(legacy: LegacySessions, cookie: string, secure = false): unknown {
  const req = request(cookie, secure)
  const res = new ServerResponse(req)
  legacy.clear(req, res)
  return [res.getHeader('Set-Cookie') ?? []].flat()
}

suite('clientSessions', () => {
  const { encode } = clientSessionsLibrary.util

  test('ends a cookie when the library does: by what the cookie says, to the millisecond', async () => {
    const now = () => 1_000_000_000_000
    const legacy = clientSessions({ ...clientSessionsOptions, ...common, now })
    const ages = { 0: content, [minuteMs]: content, [minuteMs + 1]: null }
    for (const [ageMs, expected] of Object.entries(ages)) {
      const cookie = encode({ ...clientSessionsOptions }, content, minuteMs, now() - Number(ageMs))
      assert.deepEqual(await read(legacy, `old=${cookie}`), expected, ageMs)
    }
  })

  test('takes keys and algorithms of one’s own', async () => {
    const keys = {
      cookieName: 'old',
      encryptionKey: randomBytes(16),
      signatureKey: randomBytes(64),
      encryptionAlgorithm: 'aes128',
      signatureAlgorithm: 'sha512-drop256',
    }
    const cookie = `old=${encode({ ...keys }, content)}`
    assert.deepEqual(await read(clientSessions({ ...keys, ...common }), cookie), content)
    const others: Partial<ClientSessionsOptions>[] = [
      { encryptionKey: randomBytes(16) },
      { signatureKey: randomBytes(64) },
      { signatureAlgorithm: 'sha512' },
    ]
    for (const other of others) {
      const legacy = clientSessions({ ...keys, ...other, ...common })
      assert.equal(await read(legacy, cookie), null, Object.keys(other).join())
    }
  })

  test('has the library’s own name for the cookie, if none is given', async () => {
    const legacy = clientSessions({ secret: 's', ...common })
    const cookie = encode({ cookieName: 'session_state', secret: 's' }, content)
    assert.equal(legacy.cookieName, 'session_state')
    assert.deepEqual(await read(legacy, `session_state=${cookie}`), content)
  })

  test('refuses what the library refuses', () => {
    const wrong: Partial<ClientSessionsOptions>[] = [
      { secret: '' },
      { encryptionAlgorithm: 'rot13' },
      { encryptionKey: randomBytes(16) },
      { signatureKey: randomBytes(16) },
    ]
    for (const options of wrong) {
      assert.throws(() => clientSessions({ ...clientSessionsOptions, ...common, ...options }), invalid)
    }
  })
})

suite('cookieSession', () => {
  const Keygrip = createRequire(createRequire(import.meta.url).resolve('cookie-session'))('keygrip')
  const value = Buffer.from(JSON.stringify(content)).toString('base64')
  const signed = (keygrip: { sign(text: string): string }) =>
    `session=${value}; session.sig=${keygrip.sign(`session=${value}`)}`

  test('takes a cookie by any of the keys, or by the secret', async () => {
    const keyed = cookieSession({ keys: ['new', 'old'], ...common })
    for (const key of ['new', 'old']) assert.deepEqual(await read(keyed, signed(Keygrip([key]))), content)
    assert.equal(await read(keyed, signed(Keygrip(['other']))), null)
    const secretive = cookieSession({ secret: 'new', ...common })
    assert.deepEqual(await read(secretive, signed(Keygrip(['new']))), content)
  })

  test('takes a Keygrip with an algorithm of one’s own', async () => {
    const keys = Keygrip(['new'], 'sha256')
    assert.deepEqual(await read(cookieSession({ keys, ...common }), signed(keys)), content)
    assert.equal(await read(cookieSession({ keys: ['new'], ...common }), signed(keys)), null)
  })

  test('refuses what cannot be trusted', () => {
    const wrong: Partial<CookieSessionOptions>[] = [
      { keys: [] },
      { keys: [undefined as unknown as string] },
      { keys: [''] },
      { keys: ['good', ''] },
      { signed: false },
    ]
    for (const options of wrong) {
      assert.throws(() => cookieSession({ ...cookieSessionOptions, ...common, ...options }), invalid)
    }
    assert.throws(() => cookieSession({ ...common }), invalid)
    assert.throws(() => cookieSession({ secret: '', ...common }), invalid)
  })
})

suite('ironSession', () => {
  const { password } = ironOptions
  const legacy = ironSession({ ...ironOptions, ...common })

  test('ends a seal when the library does, and one of ttl 0 not at all', async t => {
    const lifeS = 14 * 86_400
    const [seal, endless] = [
      await sealData(content, { password }),
      await sealData(content, { password, ttl: 0 }),
    ]
    const now = Date.now()
    t.mock.timers.enable({ apis: ['Date'], now: now + lifeS * 1000 - minuteMs })
    const patient = ironSession({ ...ironOptions, ...common, until: new Date(now + 2 * lifeS * 1000) })
    assert.deepEqual(await read(patient, `old=${seal}`), content)
    t.mock.timers.setTime(now + lifeS * 1000 + 2 * minuteMs) // It allows for a minute between clocks.
    assert.equal(await read(patient, `old=${seal}`), null)
    assert.deepEqual(await read(patient, `old=${endless}`), content)
    assert.equal(await read(ironSession({ ...ironOptions, ...common }), `old=${endless}`), null)
  })

  test('takes a seal by any of the passwords', async () => {
    const passwords = { 1: password, 2: 'a newer password, which is long enough too' }
    const rotated = ironSession({ ...ironOptions, ...common, password: passwords })
    assert.deepEqual(await read(rotated, `old=${await sealData(content, { password })}`), content)
    assert.deepEqual(await read(rotated, `old=${await sealData(content, { password: passwords })}`), content)
  })

  test('puts a seal together that came in several cookies, and clears them all', async () => {
    const seal = await sealData(content, { password })
    const cookie = `old.0=${seal.slice(0, 100)}; old.1=${seal.slice(100, 200)}; old.2=${seal.slice(200)}`
    assert.deepEqual(await read(legacy, cookie), content)
    assert.deepEqual(
      cleared(legacy, cookie),
      ['old.0', 'old.1', 'old.2'].map(name => `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`),
    )
  })

  test('refuses what the library refuses', () => {
    const wrong: Partial<IronSessionOptions>[] = [
      { cookieName: '' },
      { password: '' },
      { password: 'short' },
      { password: {} },
      { password: { 1: password, 2: 'short' } },
      { password: undefined as unknown as string },
    ]
    for (const options of wrong) {
      assert.throws(() => ironSession({ ...ironOptions, ...common, ...options }), invalid)
    }
  })
})

const makers: Record<string, (options: typeof common & { place?: object }) => LegacySessions> = {
  clientSessions: ({ place, ...rest }) =>
    clientSessions({ ...clientSessionsOptions, ...rest, cookie: { ...place } }),
  cookieSession: ({ place, ...rest }) => cookieSession({ ...cookieSessionOptions, ...rest, ...place }),
  ironSession: ({ place, ...rest }) => ironSession({ ...ironOptions, ...rest, cookieOptions: { ...place } }),
}

test('a strategy that is bound to their cookie is refused at construction', () => {
  const strategy = createCookieStrategy({ keys: ['the secret of the site under test'], cookieName: 'old' })
  assert.throws(
    () => sessions({ strategy, legacy: clientSessions({ ...clientSessionsOptions, ...common }) }),
    invalid,
  )
})

for (const [name, make] of Object.entries(makers)) {
  suite(`${name}, as all`, () => {
    test('refuses to be without an end, or without a convert', () => {
      for (const until of [undefined, null, new Date(Number.NaN), '2100-01-01', 4_102_444_800_000]) {
        assert.throws(() => make({ ...common, until: until as Date }), invalid, String(until))
      }
      assert.throws(() => make({ ...common, convert: undefined as never }), invalid)
    })

    test('clears where the library set, and only what came', () => {
      const place = { path: '/app', domain: 'example.com' }
      assert.deepEqual(cleared(make({ ...common, place }), 'old=x'), [
        'old=; Path=/app; Domain=example.com; Max-Age=0; HttpOnly; SameSite=Lax',
      ])
      assert.deepEqual(cleared(make(common), 'older=x; bold=y'), [])
    })

    test('clears a Secure cookie on a secure connection, also inside a page of another site', () => {
      assert.deepEqual(cleared(make(common), 'old=x', true), [
        'old=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=None',
      ])
    })
  })
}
