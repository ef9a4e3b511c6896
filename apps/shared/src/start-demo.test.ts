import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProcess } from './start-process.ts'

const main = new URL('fixtures/client-held-demo.ts', import.meta.url)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a demo cleanly, and frees its port`, async () => {
    const demo = await startProcess(main, signal)
    assert.equal((await fetch(demo.url)).status, 200)
    await demo.close()
    await assert.rejects(fetch(demo.url))
  })
}
