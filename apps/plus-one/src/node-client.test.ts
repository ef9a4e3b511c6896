import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { eventually, startProxy } from '@sojourn/testbed'
import { openPlusOne } from './plus-one.fixture.ts'
import { Demo, Program } from './process.fixture.ts'

const folder = await mkdtemp(join(tmpdir(), 'demo-plus-one-'))
after(() => rm(folder, { recursive: true }))

let files = 0
const newFile = () => join(folder, `keys-${++files}.json`)
const startClient = (url: string, file: string, env = {}) =>
  new Program('node-client.ts', { SERVER_URL: url, KEY_FILE: file, ...env })

/** Runs it once, to its end. */
async function plusOne(...args: Parameters<typeof startClient>) {
  const client = startClient(...args)
  assert.equal(await client.exited(), 0, client.output)
  const { id = '' } = /I am visitor (?<id>\S+),/.exec(client.output)?.groups ?? assert.fail(client.output)
  const [, count] = /Plus one is (\d+)\./.exec(client.output) ?? assert.fail(client.output)
  return { id, count: Number(count), output: client.output }
}

test('promise: a Node client with a file is the same visitor each time, also after its server was killed', async () => {
  await using demo = await Demo.start()
  const file = newFile()
  const first = await plusOne(demo.url, file)
  assert.equal(first.count, 1)
  assert.match(first.output, /when I said: Node\.js v\d+.*\nPrevious visit: none/)
  await demo.end('SIGKILL')
  await demo.start()
  const other = await plusOne(demo.url, file, { IDENTITY: 'work' })
  assert.notEqual(other.id, first.id)
  assert.equal(other.count, 1)
  const second = await plusOne(demo.url, file)
  assert.deepEqual([second.id, second.count], [first.id, 2])
  assert.match(second.output, /Previous visit: \d+ \w+ \d{4}/)

  // A folder serves one process: a second one is refused in a line, and does no harm.
  const rival = new Program('main.ts', { PORT: '0', DATA_FOLDER: demo.folder })
  assert.equal(await rival.exited(), 1)
  assert.match(rival.output, /^The sessions in the folder .+ cannot be opened: it is open already.+\n$/)

  assert.equal(await demo.end('SIGTERM'), 0)
  const keys: string[] = (await readFile(file, 'utf8')).match(/[\w-]{43}/g) ?? []
  assert.equal(keys.length, 2)
  for (const key of keys) assert.ok(!`${demo.output}${second.output}`.includes(key), 'a key was printed')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('promise: several Node clients at once with one file are one visitor', async () => {
  await using demo = await openPlusOne()
  const file = newFile()
  const { id } = await plusOne(demo.url, file)
  const all = await Promise.all(Array.from({ length: 3 }, () => plusOne(demo.url, file)))
  assert.deepEqual(new Set(all.map(visitor => visitor.id)), new Set([id]))
  assert.deepEqual(all.map(({ count }) => count).sort(), [2, 3, 4])
})

test('mended: a Node client that is killed before it has its next key is the same visitor again', async () => {
  let onResumed = () => {}
  await using demo = await openPlusOne({
    through: strategy => ({
      ...strategy,
      async resume(credential, binding) {
        const resumed = await strategy.resume(credential, binding)
        onResumed()
        return resumed
      },
    }),
  })
  await using proxy = await startProxy(demo)
  const file = newFile()
  const { id } = await plusOne(proxy.url, file)

  let isSpent = false
  onResumed = () => {
    proxy.blackHole() // the key is spent, and nobody will hear of the next one
    isSpent = true
  }
  const killed = startClient(proxy.url, file)
  await eventually(() => isSpent)
  assert.equal(await killed.end('SIGKILL'), null)
  assert.equal(killed.output, '')

  onResumed = () => {}
  proxy.heal()
  const again = await plusOne(proxy.url, file)
  assert.deepEqual([again.id, again.count], [id, 2])
})

test('mended: a Node client whose key opens nothing says so, and one without a server as well', async () => {
  await using demo = await openPlusOne()
  const file = newFile()
  const { id } = await plusOne(demo.url, file)
  await demo.revoker.revoke(id)
  const after = await plusOne(demo.url, file)
  assert.match(after.output, /^The server does not know you\. /)
  assert.notEqual(after.id, id)

  const alone = startClient('http://127.0.0.1:1', file, { TIMEOUT_MS: '50' })
  assert.equal(await alone.exited(), 1)
  assert.equal(alone.output, 'The server does not answer. Nothing is lost: try again in a moment.\n')
})
