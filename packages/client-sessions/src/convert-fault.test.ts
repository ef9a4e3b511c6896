import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { SessionRequest } from '@sojourn/express'
import { libraries } from './libraries.fixture.ts'
import type { Content } from './options.ts'
import { openSites, strategies, toOurs } from './sites.fixture.ts'

const connectionRefused = new Error('connection refused')
const faults: Record<string, () => never | Promise<never>> = {
  throws() {
    throw connectionRefused
  },
  rejects: async () => Promise.reject(connectionRefused),
}

for (const [libraryName, library] of Object.entries(libraries)) {
  for (const strategyName of Object.keys(strategies)) {
    for (const [fails, fault] of Object.entries(faults)) {
      test(`who comes from ${libraryName} to ${strategyName} while convert ${fails} can come again, and is signed in`, async () => {
        let isDown = true
        const convert = (content: Content) => (isDown ? fault() : toOurs(content))
        await using sites = await openSites(library, { strategyName, convert })
        const visitor = await sites.signedIn()
        for (const [method, path] of [
          ['GET', '/who'],
          ['POST', '/buy'],
          ['POST', '/sign-out'],
        ] as const) {
          const { status, text, setCookies } = await visitor.ask(method, sites.after + path)
          assert.deepEqual([status, text, setCookies], [503, 'store_unavailable', []], path)
        }
        assert.deepEqual(visitor.old, library.cookies)

        isDown = false
        assert.equal((await visitor.ask('GET', `${sites.after}/who`)).text, 'ada: tea')
        assert.deepEqual([...visitor.cookies.keys()], ['session'])
      })
    }
  }
}

suite('the error of a convert that fails', () => {
  for (const [libraryName, library] of Object.entries(libraries)) {
    test(`keeps the cause, and names convert, for ${libraryName}`, async () => {
      await using sites = await openSites(library)
      const { header } = await sites.signedIn()
      const legacy = library.bridge({ until: new Date(8.64e15), convert: faults.rejects as never })
      const request = { headers: { cookie: header } } as SessionRequest
      await assert.rejects(async () => legacy.read(request), {
        name: 'SessionError',
        code: 'store_unavailable',
        status: 503,
        cause: connectionRefused,
        message: /^convert failed, see the cause\./,
      })
    })
  }
})
