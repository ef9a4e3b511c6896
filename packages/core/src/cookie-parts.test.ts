import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { CookieAttributes } from './cookie-header.ts'
import { formatCredential, readCredentials } from './cookie-parts.ts'

const attributes: CookieAttributes = { path: '/', sameSite: 'lax', secure: true, maxAge: 86_400 }

/** A browser that drops what is longer than it has to keep, name, value and attributes together. */
class Jar {
  readonly cookies = new Map<string, string>()

  get header(): string {
    return Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ')
  }

  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name, value] = /^([^=]*)=([^;]*);/.exec(line) as unknown as [string, string, string]
      if (line.includes('Max-Age=0')) this.cookies.delete(name)
      else if (line.length <= 4096) this.cookies.set(name, value)
    }
  }

  set(credential: string, seen = this.header): void {
    this.take(formatCredential('session', credential, attributes, seen))
  }

  get credentials(): string[] {
    return readCredentials(this.header, 'session')
  }
}

const long = (byte: string, length: number) => byte.repeat(length)

suite('A credential', () => {
  test('that fits is one cookie, and one byte more makes two', () => {
    const jar = new Jar()
    const rest = formatCredential('session', 'x', attributes, '')[0]?.length as number
    jar.set(long('a', 4096 - rest + 1))
    assert.deepEqual([...jar.cookies.keys()], ['session'])
    jar.set(long('b', 4096 - rest + 2))
    assert.deepEqual([...jar.cookies.keys()], ['session.0', 'session.1'])
    assert.deepEqual(jar.credentials, [long('b', 4096 - rest + 2)])
  })

  test('of any length comes back, whatever was there before, and leaves nothing over', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 15_360 }), fc.integer({ min: 3990, max: 4110 }))
    const change = fc.record({ length, byte: fc.constantFrom('a', 'b', '2', '.', '~') })
    fc.assert(
      fc.property(fc.array(change), changes => {
        const jar = new Jar()
        jar.cookies.set('theme', 'dark').set('sessions.0', '2.x').set('session.sig', 'x')
        for (const { byte, length } of changes) {
          jar.set(long(byte, length))
          assert.deepEqual(jar.credentials, [long(byte, length)])
        }
        jar.set('')
        assert.deepEqual(jar.credentials, [])
        assert.equal(jar.header, 'theme=dark; sessions.0=2.x; session.sig=x')
      }),
    )
  })

  test('is read again though an answer that did not know of a third part comes last', () => {
    const jar = new Jar()
    jar.set(long('a', 7000))
    const seenByBoth = jar.header
    jar.set(long('b', 11_000), seenByBoth)
    jar.set(long('c', 7000), seenByBoth)
    assert.equal(jar.cookies.size, 3)
    assert.deepEqual(jar.credentials, [long('c', 7000)])
  })

  test('that comes last wins, in one cookie or in parts, whatever its answer did not know of', () => {
    for (const [first, last] of [
      [long('a', 100), long('b', 7000)],
      [long('a', 7000), long('b', 100)],
      [long('a', 11_000), long('b', 7000)],
    ] as const) {
      for (const before of [long('c', 100), long('c', 7000)]) {
        const jar = new Jar()
        jar.set(before)
        const seenByBoth = jar.header
        jar.set(first, seenByBoth)
        jar.set(last, seenByBoth)
        assert.equal(jar.credentials[0], last)
      }
    }
  })

  test('of which a part is missing is no less than one that is not good', () => {
    const jar = new Jar()
    jar.set('abc'.repeat(2000))
    jar.cookies.delete('session.1')
    const [broken] = jar.credentials
    assert.ok('abc'.repeat(2000).startsWith(broken as string) && broken !== 'abc'.repeat(2000))
    for (const start of ['', 'x', '0.x', '1.x', '10.x', '2x', '.']) {
      assert.deepEqual(readCredentials(`session.0=${start}; session.1=y`, 'session'), [''], start)
    }
    assert.deepEqual(readCredentials('session.0=2.x; session=whole; session.1=y', 'session'), ['whole', 'xy'])
  })

  test('that came twice, for two paths, is read twice', () => {
    const header = 'session.0=2.near-; session.0=2.far-; session.1=by; session.1=away; theme=dark'
    assert.deepEqual(readCredentials(header, 'session'), ['near-by', 'far-away'])
  })
})
