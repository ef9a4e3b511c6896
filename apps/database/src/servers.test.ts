import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess } from '@sojourn/demo/journey'
import { provideDatabase, startMariadb, startPostgres } from '@sojourn/testbed'
import { useFolder } from './folder.fixture.ts'

const main = new URL('main.ts', import.meta.url)
await useFolder()

for (const [kind, name, startServer] of [
  ['postgres', 'PostgreSQL', startPostgres],
  ['mysql', 'MariaDB or MySQL', startMariadb],
] as const) {
  test(`a visitor of two servers over ${name} stays signed in when both are restarted`, async () => {
    await using database = await provideDatabase(kind)
    process.env.DATABASE_URL = database.url
    let cookie = ''
    await serveTwo(async (first, second) => {
      assert.match(await (await fetch(first)).text(), new RegExp(`<h1>Sessions in ${name}</h1>`))
      cookie = await signIn(first)
      assert.deepEqual([await statusOf(first, cookie), await statusOf(second, cookie)], [200, 200])
    })
    await serveTwo(async (first, second) => {
      assert.equal(await statusOf(first, cookie), 200)
      await fetch(`${first}/logout`, { method: 'POST', headers: { cookie }, redirect: 'manual' })
      assert.deepEqual([await statusOf(first, cookie), await statusOf(second, cookie)], [401, 401])
    })
  })

  test(`${name} that is down, or refuses the password, is said in a line, and ends the demo`, async () => {
    await using server = await startServer()
    const wrong = Object.assign(new URL(server.url), { password: 'wrong' })
    assert.match(await refuse(wrong.href), /refuses the (user or the )?password/)
    await server.kill()
    assert.match(await refuse(server.url), new RegExp(`at 127.0.0.1:${server.port} does not answer`))
  })
}

test('a DATABASE_URL of another kind, or that cannot be read, is said in a line, and ends the demo', async () => {
  const malformed = [
    'mysql://u:secret%zz@127.0.0.1/a',
    'mysql://u@127.0.0.1/a?ssl=foo',
    'postgres://u@127.0.0.1:99999/a',
  ]
  for (const url of ['redis://127.0.0.1', 'sessions.db', ...malformed]) {
    assert.match(await refuse(url), /^DATABASE_URL must be as postgres:/)
  }
})

/** `visit` is given the addresses of two demos, which end with it. */
async function serveTwo(visit: (first: string, second: string) => Promise<void>): Promise<void> {
  await using demos = new AsyncDisposableStack()
  const urls: string[] = []
  for (let count = 0; count < 2; count++) {
    const { url, close } = await startProcess(main)
    demos.defer(close)
    urls.push(url)
  }
  await visit(...(urls as [string, string]))
}

async function signIn(url: string): Promise<string> {
  const body = new URLSearchParams({ name: 'alice', password: 'wonderland' })
  const answer = await fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual' })
  return (answer.headers.get('Set-Cookie') ?? assert.fail('not signed in')).split(';')[0] as string
}

const statusOf = async (url: string, cookie: string) =>
  (await fetch(`${url}/api/me`, { headers: { cookie, Accept: 'application/json' } })).status

/** What the demo says when it ends for want of a database. */
async function refuse(url: string): Promise<string> {
  const demo = promisify(execFile)(process.execPath, ['--conditions=source', fileURLToPath(main)], {
    env: { ...process.env, PORT: '0', DATABASE_URL: url },
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
