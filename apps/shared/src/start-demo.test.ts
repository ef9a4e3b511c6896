import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
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

test('a strategy that cannot be closed is said in a line, and the rest is ended', async () => {
  const unclosable = fileURLToPath(new URL('fixtures/unclosable-demo.ts', import.meta.url))
  const running = promisify(execFile)(process.execPath, ['--conditions=source', unclosable], {
    env: { ...process.env, PORT: '0' },
    timeout: 20_000,
  })
  running.child.stdout?.on('data', text => /Ctrl-C/.test(text) && running.child.kill('SIGTERM'))
  const { code, stdout, stderr } = await running.then(
    () => assert.fail('it ended cleanly'),
    failure => failure,
  )
  assert.deepEqual([code, stderr], [1, 'The store is away.\n'])
  assert.match(stdout, /What the demo opened itself is ended\.\n$/)
})

test('a port that is taken is said in a line, and ends the demo', async () => {
  const demo = await startProcess(main)
  const { port } = new URL(demo.url)
  const second = promisify(execFile)(process.execPath, ['--conditions=source', fileURLToPath(main)], {
    env: { ...process.env, PORT: port },
  })
  const { code, stderr } = await second.then(
    () => assert.fail('it went on'),
    failure => failure,
  )
  assert.deepEqual([code, stderr], [1, `Port ${port} is taken: say another in PORT.\n`])
  await demo.close()
})
