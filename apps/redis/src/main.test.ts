import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { journey, startProcess } from '@sojourn/demo/journey'
import { provideRedis, startRedis } from '@sojourn/testbed'

const main = new URL('main.ts', import.meta.url)
const redis = await provideRedis()
const folder = await mkdtemp(join(tmpdir(), 'demo-redis-'))
Object.assign(process.env, { REDIS_URL: redis.url, DATA_FOLDER: folder })
after(async () => {
  await redis[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

journey('redis', () => startProcess(main), { durable: true, shared: true })

test('without REDIS_URL the demo starts a Redis of its own, and says what that means', async t => {
  process.env.REDIS_URL = ''
  t.after(() => {
    process.env.REDIS_URL = redis.url
  })
  await using demos = new AsyncDisposableStack()
  const { url, close } = await startProcess(main)
  demos.defer(close)
  const page = await (await fetch(url)).text()
  assert.match(page, /This Redis was started by the demo and ends with it/)
  const [, ours] = /REDIS_URL=redis:\/\/(127\.0\.0\.1:\d+)/.exec(page) ?? assert.fail(page)
  assert.ok(!redis.url.includes(`${ours}`))
})

test('a Redis that is down, refuses the password or has no address is said in a line, and ends the demo', async () => {
  await using down = await startRedis()
  await down.kill()
  assert.match(await refuse(down.url), new RegExp(`Nothing listens at 127.0.0.1:${down.port}`))

  await using locked = await startRedis({ password: 'open-sesame' })
  const wrong = `redis://:wrong@127.0.0.1:${locked.port}`
  assert.match(await refuse(wrong), /refuses the user and password/)

  for (const url of ['127.0.0.1:6379', 'redis://no host'])
    assert.match(await refuse(url), /^REDIS_URL must be as/)
})

/** What the demo says when it ends for want of a Redis. */
async function refuse(url: string): Promise<string> {
  const demo = promisify(execFile)(process.execPath, ['--conditions=source', fileURLToPath(main)], {
    env: { ...process.env, PORT: '0', REDIS_URL: url },
    timeout: 20_000,
  })
  const { code, stderr } = await demo.then(
    () => assert.fail('it went on'),
    failure => failure,
  )
  assert.equal(code, 1)
  assert.match(stderr, /^[^\n]+\n$/)
  return stderr
}
