import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { libraries, minuteMs } from './libraries.fixture.ts'
import { expressVersions, openSites, strategies } from './sites.fixture.ts'
import { Visitor } from './visitor.fixture.ts'

const cleared = (names: readonly string[]) =>
  names.map(name => `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`)

for (const [libraryName, library] of Object.entries(libraries)) {
  for (const [version, createApp] of Object.entries(expressVersions)) {
    for (const strategyName of Object.keys(strategies)) {
      suite(`from ${libraryName} to ${strategyName}, ${version}`, () => {
        test('who was signed in still is, in one answer that gives ours and clears theirs', async () => {
          await using sites = await openSites(library, { createApp, strategyName })
          const visitor = await sites.signedIn()
          assert.deepEqual(visitor.old, library.cookies)
          const { text, setCookies } = await visitor.ask('GET', `${sites.after}/who`)
          assert.equal(text, 'ada: tea')
          assert.match(setCookies[0] ?? '', /^session=[^;]+; Path=\/; Max-Age=86400;/)
          assert.deepEqual(setCookies.slice(1), cleared(library.cookies))
          assert.deepEqual([...visitor.cookies.keys()], ['session'])

          await visitor.ask('POST', `${sites.after}/buy`)
          assert.equal((await visitor.ask('GET', `${sites.after}/who`)).text, 'ada: tea,milk')
        })

        for (const path of ['/sign-out', '/reset', '/destroy', '/regenerate', '/save-sign-out']) {
          test(`who leaves by ${path} in the very request that takes over is gone`, async () => {
            await using sites = await openSites(library, { createApp, strategyName })
            const visitor = await sites.signedIn()
            const { text, setCookies } = await visitor.ask('POST', sites.after + path)
            assert.equal(text, 'bye')
            assert.deepEqual(setCookies.slice(-library.cookies.length), cleared(library.cookies))
            assert.equal(visitor.header, '')
            assert.equal((await visitor.ask('GET', `${sites.after}/who`)).text, 'nobody: ')
          })
        }
      })
    }
  }

  suite(`from ${libraryName}`, () => {
    const who = (visitor: Visitor, after: string) => visitor.ask('GET', `${after}/who`)

    test('a cart of nobody comes along, and what empties it in that request is not undone', async () => {
      await using sites = await openSites(library)
      const shopper = await sites.signedIn({ cart: ['tea'] })
      assert.equal((await who(shopper, sites.after)).text, 'nobody: tea')
      assert.deepEqual([...shopper.cookies.keys()], ['session'])
      const other = await sites.signedIn({ cart: ['tea'] })
      await other.ask('POST', `${sites.after}/empty`)
      assert.equal((await who(other, sites.after)).text, 'nobody: ')
    })

    test('while the store fails nothing is cleared, and later all is there', async () => {
      await using sites = await openSites(library)
      const contents = {
        'ada: tea': { user: 'ada', cart: ['tea'] },
        'ada: ': { user: 'ada' },
        'nobody: tea': { cart: ['tea'] },
      }
      for (const [text, content] of Object.entries(contents)) {
        const visitor = await sites.signedIn(content)
        sites.store.failing = 'writes'
        const replies = [
          await who(visitor, sites.after),
          await visitor.ask('POST', `${sites.after}/save-and-apologise`),
        ]
        for (const { status, setCookies } of replies) assert.deepEqual([status, setCookies], [503, []])
        sites.store.failing = null
        assert.equal((await who(visitor, sites.after)).text, text)
      }
    })

    test('a session that is too large is an error, and clears nothing', async () => {
      await using sites = await openSites(library, { maxDataBytes: 10 })
      const visitor = await sites.signedIn()
      const { text, setCookies } = await who(visitor, sites.after)
      assert.deepEqual([text, setCookies], ['data_too_large', []])
    })

    test('requests in parallel each get a session of their own, and each is good', async () => {
      await using sites = await openSites(library)
      const visitor = await sites.signedIn()
      const copies = Array.from({ length: 5 }, () => new Visitor(visitor.cookies))
      const replies = await Promise.all(copies.map(copy => who(copy, sites.after)))
      assert.deepEqual(
        replies.map(({ text }) => text),
        Array(5).fill('ada: tea'),
      )
      assert.equal(new Set(copies.map(({ header }) => header)).size, 5)
      for (const copy of copies) {
        assert.deepEqual([...copy.cookies.keys()], ['session'])
        assert.equal((await who(copy, sites.after)).text, 'ada: tea')
      }
    })

    test('from the stated date on nothing is read, and nothing cleared', async () => {
      await using sites = await openSites(library, { untilMs: minuteMs })
      const visitor = await sites.signedIn()
      const late = new Visitor(visitor.cookies)
      sites.clock.advance(minuteMs - 1)
      assert.equal((await who(visitor, sites.after)).text, 'ada: tea')
      sites.clock.advance(1)
      const { text, setCookies } = await who(late, sites.after)
      assert.deepEqual([text, setCookies], ['nobody: ', []])
    })

    test('a copy that was stolen before is good until then, whatever its owner does', async () => {
      await using sites = await openSites(library, { untilMs: minuteMs })
      const visitor = await sites.signedIn()
      const thief = new Visitor(visitor.cookies)
      await who(visitor, sites.after)
      await visitor.ask('POST', `${sites.after}/sign-out`)
      assert.equal((await who(visitor, sites.after)).text, 'nobody: ')
      const latecomer = new Visitor(thief.cookies)
      assert.equal((await who(thief, sites.after)).text, 'ada: tea')
      sites.clock.advance(minuteMs)
      assert.equal((await who(latecomer, sites.after)).text, 'nobody: ')
    })

    test('whoever presents a credential of ours, good or bad, is judged by that alone', async () => {
      await using sites = await openSites(library)
      const ada = await sites.signedIn()
      const eve = await sites.signedIn({ user: 'eve' })
      await who(eve, sites.after)
      const ask = (ours: string) => ada.ask('GET', `${sites.after}/who`, `${ours}; ${ada.header}`)
      for (const [ours, answer] of [
        ['session=bad', 'nobody: '],
        [eve.header, 'eve: '],
      ] as const) {
        const { text, setCookies } = await ask(ours)
        assert.deepEqual([text, setCookies], [answer, []])
      }
    })

    test('an old server may give theirs again meanwhile: a sign-out takes both away', async () => {
      await using sites = await openSites(library)
      const visitor = await sites.signedIn()
      const again = [...visitor.cookies]
      await who(visitor, sites.after)
      for (const [name, value] of again) visitor.cookies.set(name, value)
      assert.deepEqual((await who(visitor, sites.after)).setCookies, [])
      await visitor.ask('POST', `${sites.after}/sign-out`)
      assert.equal(visitor.header, '')
    })

    test('of copies of theirs, as of two paths, the first that is good counts, of five', async () => {
      await using sites = await openSites(library)
      const { header } = await sites.signedIn()
      const junk = library.cookies.map(name => `${name}=junk`).join('; ')
      const ask = (cookie: string) => new Visitor().ask('GET', `${sites.after}/who`, cookie)
      assert.equal((await ask(`${junk}; ${header}`)).text, 'ada: tea')
      assert.equal((await ask(`${header}; ${junk}`)).text, 'ada: tea')
      assert.equal((await ask(`${`${junk}; `.repeat(4)}${header}`)).text, 'ada: tea')
      assert.equal((await ask(`${`${junk}; `.repeat(5)}${header}`)).text, 'nobody: ')
    })
  })
}
