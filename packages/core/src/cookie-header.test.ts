import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { formatCookie, readCookies } from './cookie-header.ts'

suite('Cookie header', () => {
  test('gives every value of a name, in order, among other cookies', () => {
    const header = 'theme=dark; session=stale; lang=en; session=good; session='
    assert.deepEqual(readCookies(header, 'session'), ['stale', 'good', ''])
    assert.deepEqual(readCookies(header, 'lang'), ['en'])
    assert.deepEqual(readCookies(header, 'other'), [])
  })

  test('reads what clients send, tidy or not', () => {
    const read: [string, string[]][] = [
      ['', []],
      ['session', []],
      ['session=', ['']],
      ['session=a', ['a']],
      ['session=a;', ['a']],
      ['session=a;session=b', ['a', 'b']],
      [' session = a ;\tsession\t=\tb ', ['a', 'b']],
      ['session=a=b==', ['a=b==']],
      ['session="a"', ['"a"']],
      ['session="a;b"', ['"a']],
      [';;;=;session=a;;', ['a']],
      ['=session; session=a', ['a']],
      ['flag; session=a', ['a']],
      ['session; session=a', ['a']],
      ['sessions=a; xsession=b; Session=c; session.sig=d', []],
      ['other=session=a', []],
      ['session=%00%F0%9F', ['%00%F0%9F']],
    ]
    for (const [header, values] of read) assert.deepEqual(readCookies(header, 'session'), values, header)
  })

  test('reads names that mean something elsewhere', () => {
    assert.deepEqual(readCookies('__proto__=a; constructor=b', '__proto__'), ['a'])
    assert.deepEqual(readCookies('a.b=dot; aXb=x', 'a.b'), ['dot'])
  })

  test('reads back what was formatted, among whatever else', () => {
    const token = fc.stringMatching(/^[!#$%&'*+.^_`|~\w-]{1,20}$/)
    const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,80}$/) // cookie-octet, RFC 6265
    const attributes = { path: '/', sameSite: 'lax', secure: true } as const
    fc.assert(
      fc.property(fc.array(fc.tuple(token, value), { minLength: 1 }), fc.nat(), (pairs, pick) => {
        const header = pairs
          .map(([name, value]) => formatCookie(name, value, attributes).split('; ')[0])
          .join('; ')
        const [name] = pairs[pick % pairs.length] as [string, string]
        const values = pairs.filter(pair => pair[0] === name).map(pair => pair[1])
        assert.deepEqual(readCookies(header, name), values)
      }),
    )
  })

  test('reads any text at all, without an error', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(';', '=', ' ', 's', '"', '\0', 'é'), maxLength: 200 }),
        header => {
          const values = readCookies(header, 's')
          assert.ok(values.every(value => header.includes(value)))
        },
      ),
    )
  })
})

suite('Set-Cookie header', () => {
  const attributes = { path: '/', sameSite: 'lax', secure: false } as const

  test('is always HttpOnly, and says no more than it must', () => {
    assert.equal(
      formatCookie('session', 'a.0.b', attributes),
      'session=a.0.b; Path=/; HttpOnly; SameSite=Lax',
    )
  })

  test('says all that it is told', () => {
    const all = { path: '/app', domain: 'example.com', sameSite: 'none', secure: true, maxAge: 60 } as const
    assert.equal(
      formatCookie('__Secure-s', '', all),
      '__Secure-s=; Path=/app; Domain=example.com; Max-Age=60; HttpOnly; Secure; SameSite=None',
    )
    assert.match(formatCookie('s', '', { ...attributes, sameSite: 'strict' }), /; SameSite=Strict$/)
  })

  test('removes a cookie by Max-Age=0', () => {
    assert.match(formatCookie('session', '', { ...attributes, maxAge: 0 }), /; Max-Age=0;/)
  })
})

test('a cookie name is trimmed of blanks only', () => {
  assert.deepEqual(readCookies('\u00a0__Host-session=planted', '__Host-session'), [])
})
