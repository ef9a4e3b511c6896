import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { SessionRequest } from '@sojourn/express'
import { libraries } from './libraries.fixture.ts'
import { openSites, toOurs } from './sites.fixture.ts'

const reads = 50_000
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

for (const [libraryName, library] of Object.entries(libraries)) {
  test(`${reads} reads of ${libraryName}, half of them forged, leave nothing in memory`, async () => {
    await using sites = await openSites(library)
    const { header } = await sites.signedIn()
    const legacy = library.bridge({ until: new Date(8.64e15), convert: toOurs })
    const read = (cookie: string) => legacy.read({ headers: { cookie } } as SessionRequest)
    const forge = (n: number) => header.replace(/.{8}(?=;|$)/g, String(n).padStart(8, '0'))

    let before = 0
    for (let n = 0; n < reads; n++) {
      if (n % 1000 === 0) await setImmediate() // as between requests: V8 lets go of ciphers then
      if (n === reads / 10) before = heapBytes()
      const isForged = n % 2 === 1
      assert.equal((await read(isForged ? forge(n) : header))?.userId, isForged ? undefined : 'ada')
    }
    const grownBytes = heapBytes() - before
    assert.ok(grownBytes < 2 ** 20, `memory has grown by ${grownBytes} bytes`)
  })
}
