import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillerBytesOf } from './clients.ts'
import type { ContenderName } from './contenders.ts'
import { keepCookies } from './cookies.ts'
import { runBriefly } from './run.fixture.ts'
import { startServer } from './server-process.ts'
import { newClient, signIn } from './visit.ts'

test('who cannot hold a size in a browser is not measured with it, and that is said', async () => {
  const sizes = ['--scenario', 'read,write', '--bytes', '200,3000']
  const { results, printed } = await runBriefly('--only', 'cookie,client-sessions,iron-session', ...sizes)
  const measured = Object.groupBy(results.throughput, row => `${row.scenario} ${row.sessionBytes}`)
  const names = Object.entries(measured).map(([course, rows]) => [
    course,
    rows?.map(({ contender }) => contender),
  ])
  assert.deepEqual(names, [
    ['read 200', ['none', 'cookie', 'client-sessions', 'iron-session']],
    ['read 3000', ['none', 'cookie']],
    ['write 200', ['none', 'cookie', 'client-sessions', 'iron-session']],
  ])
  const [clientSessions, ironSession] = results.notRun
  assert.deepEqual([clientSessions?.contender, clientSessions?.sessionBytes], ['client-sessions', 3000])
  assert.match(clientSessions?.reason ?? '', /the cookie mySession has 4\d\d\d bytes, .* over 4096/)
  assert.deepEqual([ironSession?.contender, ironSession?.sessionBytes], ['iron-session', 3000])
  assert.match(ironSession?.reason ?? '', /status 500: iron-session: Cookie length is too big/)
  assert.match(printed, /NOT RUN {2}client-sessions, 3,000 B: the cookie/)
  assert.match(
    printed,
    /with larger sessions\?.*\n +contender +200 B +3,000 B\n +cookie +-?[\d.]+ +[\d.]+ +-?[\d.]+ +[\d.]+\n/,
  )
  assert.match(printed, /\n +client-sessions +-?[\d.]+ +[\d.]+ +–\n/)
  assert.doesNotMatch(printed, /min–max/)
  assert.match(printed, /at 200 B +at 3,000 B\n +cookie +\d+ +4,\d+\n +client-sessions +\d+ +refused/)
})

test('what the client sends with each request, and what goes to the store and back, is measured at each size', async () => {
  const options = ['--scenario', 'read', '--bytes', '200,3000']
  const { results } = await runBriefly('--only', 'redis,cookie,cookie-session', ...options)
  const rowsOf = (name: string) => results.throughput.filter(({ contender }) => contender === name)
  const bytesOf = (contender: string) => rowsOf(contender).map(row => row.credentialBytes)
  assert.deepEqual(bytesOf('none'), [0, 0])
  const json = `{"user":"user-0000001","counter":0,"filler":"${'x'.repeat(200 - 25)}"}`
  const sessionCookie = `session=${Buffer.from(json).toString('base64')}`
  const signature = `session.sig=${Buffer.alloc(20).toString('base64url')}`
  assert.equal(bytesOf('cookie-session')[0], `${sessionCookie}; ${signature}`.length)
  assert.ok((bytesOf('cookie')[1] ?? 0) > 4096, 'in one cookie, 3,000 bytes would not fit')
  const [small, large] = rowsOf('redis').map(row => Number(row.storeBytes)) as [number, number]
  assert.ok(Math.abs(large - small - 2800) < 50, `${small}, then ${large}`) // a ping may come between
})

test('ours takes at most 0.9 of what client-sessions takes for the same data', async () => {
  async function valueBytes(contender: ContenderName): Promise<number> {
    const server = await startServer(contender)
    try {
      const client = newClient('user-0000001')
      await signIn(server, client, fillerBytesOf(200))
      const [, value] = /^[^=;]+=([^;]+)$/.exec(client.cookie ?? '') as unknown as [string, string]
      return value.length
    } finally {
      await server.kill()
    }
  }
  const [ours, theirs] = await Promise.all([valueBytes('cookie'), valueBytes('client-sessions')])
  assert.ok(ours <= 0.9 * theirs, `${ours} and ${theirs} bytes`)
})

test('a client keeps cookies as a browser does', () => {
  const two = keepCookies(null, ['a=1; Path=/; HttpOnly', 'b=2; Max-Age=60'])
  assert.equal(two, 'a=1; b=2')
  assert.equal(keepCookies(two, ['b=3']), 'a=1; b=3')
  assert.equal(keepCookies(two, ['a=; Max-Age=0; Path=/']), 'b=2')
  assert.equal(keepCookies(two, ['a=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=; Max-Age=0']), null)
  assert.equal(keepCookies(null, [`a=${'x'.repeat(4095)}`])?.length, 4097)
  assert.throws(() => keepCookies(null, [`a=${'x'.repeat(4096)}`]), /the cookie a has 4097 bytes/)
})
