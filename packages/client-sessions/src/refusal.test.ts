import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { libraries } from './libraries.fixture.ts'
import type { Content } from './options.ts'
import { openSites, toOurs } from './sites.fixture.ts'

/** The reason, once it is said. */
async function nextWarning(): Promise<string> {
  const [warning] = await once(process, 'warning', { signal: AbortSignal.timeout(5000) })
  assert.equal(warning.code, 'SOJOURN_LEGACY_REFUSED')
  return warning.message
}

for (const [libraryName, library] of Object.entries(libraries)) {
  suite(`a session that was good for ${libraryName}, and not for ours`, () => {
    test('has a name that is reserved: refused whole, said why, and no request of that client fails', async () => {
      const key = { 'client-sessions': 'id', 'cookie-session': 'deadline', 'iron-session': 'touch' }[
        libraryName
      ]
      await using sites = await openSites(library)
      const visitor = await sites.signedIn({ user: 'ada', cart: ['tea'], [key as string]: 7 })
      const warning = nextWarning()
      const { text, setCookies } = await visitor.ask('GET', `${sites.after}/who`)
      assert.deepEqual([text, setCookies], ['nobody: ', []])
      assert.match(await warning, new RegExp(`session\\.${key} belongs to the session itself`))
      assert.equal((await visitor.ask('POST', `${sites.after}/buy`)).status, 200)
      assert.deepEqual([...visitor.cookies.keys()], [...library.cookies, 'session'])
      assert.equal((await visitor.ask('GET', `${sites.after}/who`)).text, 'nobody: milk')
    })

    test('is good for ours if the owner gives that another name', async () => {
      const convert = ({ user, id, ...data }: Content) => ({
        userId: String(user),
        data: { ...data, number: id },
      })
      await using sites = await openSites(library, { convert })
      const visitor = await sites.signedIn({ user: 'ada', cart: ['tea'], id: 7 })
      assert.equal((await visitor.ask('GET', `${sites.after}/who`)).text, 'ada: tea')
    })

    test('is refused by an answer of convert that is none, and no request of that client fails', async () => {
      await using sites = await openSites(library, { convert: () => undefined as never })
      const visitor = await sites.signedIn()
      const { status, text, setCookies } = await visitor.ask('GET', `${sites.after}/who`)
      assert.deepEqual([status, text, setCookies], [200, 'nobody: ', []])
    })

    test('is refused by an id of a user that is no text', async () => {
      const convert = ({ user, cart }: Content) => ({ userId: user as string, data: { cart } })
      await using sites = await openSites(library, { convert })
      const visitor = await sites.signedIn({ user: 7, cart: ['tea'] })
      assert.equal((await visitor.ask('GET', `${sites.after}/who`)).text, 'nobody: ')
    })

    test('is refused by a null, and nobody is told', async t => {
      const { mock } = t.mock.method(process, 'emitWarning')
      await using sites = await openSites(library, { convert: () => null })
      const visitor = await sites.signedIn()
      const { text, setCookies } = await visitor.ask('GET', `${sites.after}/who`)
      assert.deepEqual([text, setCookies, mock.callCount()], ['nobody: ', [], 0])
    })

    test('is told of once, not with every request', async t => {
      const { mock } = t.mock.method(process, 'emitWarning', () => {})
      const legacy = {
        ...library.bridge({ until: new Date(8.64e15), convert: toOurs }),
        cookieName: libraryName,
      }
      await using sites = await openSites(library, { legacy })
      const visitor = await sites.signedIn({ touch: 'me' })
      for (let request = 0; request < 3; request++) await visitor.ask('GET', `${sites.after}/who`)
      assert.equal(mock.callCount(), 1)
      assert.match(
        String(mock.calls[0]?.arguments[0]),
        new RegExp(`the cookie ${libraryName} was not taken over`),
      )
    })

    for (const path of ['/sign-out', '/reset', '/destroy', '/regenerate']) {
      test(`is refused, and by ${path} cleared`, async () => {
        await using sites = await openSites(library, { convert: () => null })
        const visitor = await sites.signedIn()
        await visitor.ask('POST', sites.after + path)
        assert.equal(visitor.header, '')
      })
    }
  })
}
