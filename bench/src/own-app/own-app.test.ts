import assert from 'node:assert/strict'
import { test } from 'node:test'
import { only, type Ran, runBench, startApp, startDemo, startPlanted, unfold, ways } from './run.fixture.ts'

const ofDemo = (url: string) =>
  [
    ...[
      '--url',
      url,
      '--login',
      '/login',
      '--login-page',
      '/login',
      '--form',
      'name=alice&password=wonderland',
    ],
    ...['--page', '/api/me', '--expect', 'alice@example.com', '--logout', '/logout', '--clients', '4'],
  ] as const

test('a demo that keeps sessions in memory loses them all at a restart, and a copied cookie at sign-out', async () => {
  await using app = await startDemo('memory')
  const ran = await runBench([...ofDemo(app.url), '--restart', app.restart, '--pid', `${await app.pid()}`])
  assert.equal(ran.code, 0, ran.err)
  const { throughput, restart, theft, cookies, notRun } = ran.results ?? assert.fail(ran.out)
  const name = `127.0.0.1:${app.port}`

  assert.deepEqual(
    throughput.map(({ contender, scenario }) => [contender, scenario]),
    [
      ['none', 'read'],
      [name, 'read'],
      [name, 'anonymous'],
    ],
  )
  for (const { rps, cpuMicros, rssBytes, responseBytes } of throughput)
    assert.ok(
      rps.min > 0 && cpuMicros && cpuMicros.min > 0 && Number(rssBytes) > 2 ** 20 && responseBytes > 99,
    )
  assert.deepEqual(
    restart.map(row => [row.contender, row.clients, row.stillSignedIn, row.wrongUser, row.firstSuccessMs]),
    [[name, 4, 0, 0, null]],
  )
  assert.ok(Number(restart[0]?.awayMs) > 0)
  assert.match(`${restart[0]?.note}`, /the command is still running, as process \d+/)
  assert.deepEqual(
    theft.map(({ act, worksForMs }) => [act, worksForMs]),
    [
      ['sign-out', 0],
      ['sign-in-elsewhere', null],
      ['sign-in', 0],
    ],
  )
  assert.deepEqual(
    cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]),
    [['memory-session', true, false, 'Lax']],
  )
  assert.deepEqual(notRun, [])

  assert.match(
    ran.out,
    /\n {2}A restart signs everybody out: 0 of 4 still signed in; .* away for \d+\.\d s\.\n/,
  )
  assert.match(ran.out, /\n {2}A copied cookie is worth nothing once its owner signs out\.\n/)
  assert.match(ran.out, /\n {2}contender +req\/s {2}of none {2}CPU µs {2}overhead µs {2}p50 ms {2}p99 ms\n/)
  assert.match(ran.out.replace(/\s+/g, ' '), /than the answer \(303\) to a stranger; name a comparable page/)
  assertFits(ran)
})

test('a demo that keeps sessions in a database keeps them over a restart by a command that returns', async () => {
  await using app = await startDemo('database')
  const restart = `${app.restart} &`
  const ran = await runBench([...ofDemo(app.url), '--scenario', 'restart', '--restart', restart])
  const [row] = ran.results?.restart ?? []
  assert.deepEqual([ran.code, row?.stillSignedIn, row?.wrongUser], [0, 4, 0], ran.out + ran.err)
  assert.ok(Number(row?.firstSuccessMs) >= Number(row?.awayMs) && Number(row?.awayMs) > 0)
  assert.match(ran.out, /\n {2}100 % survive a restart: 4 of 4 still signed in; /)
  assert.doesNotMatch(`${row?.note}`, /still running/)
})

const ofClassic = (url: string) => [
  ...['--url', url, '--login', '/sessions', '--form', 'userName=user{n}&password=secret user{n}'],
  ...['--page', '/', '--expect', 'Hello user{n}!', '--logout', '/sign-out'],
]

test('a site on express-session is signed in to as a browser does: redirects, CSRF token, many users', async () => {
  await using app = await startApp('classic.fixture.ts')
  const ran = await runBench([...ofClassic(app.url), '--login-page', '/sign-in', '--restart', app.restart])
  assert.equal(ran.code, 0, ran.err + ran.out)
  const { restart, theft, cookies } = ran.results ?? assert.fail(ran.out)
  assert.deepEqual([restart[0]?.clients, restart[0]?.stillSignedIn], [40, 0])
  assert.doesNotMatch(`${restart[0]?.note}`, /not checked/)
  assert.deepEqual(
    theft.map(({ worksForMs }) => worksForMs),
    [0, null, 0],
  )
  assert.equal(cookies[0]?.name, 'connect.sid')
  assert.match(ran.out, /connect\.sid: \d+ bytes with each request, kept for 14 days\./)
  assert.match(ran.out, /No SameSite: /)
  assert.match(ran.out, /CPU time is not known/)
})

test('a site behind a proxy is signed in to by the name that the proxy would give it', async () => {
  await using app = await startApp('classic.fixture.ts')
  const proxied = ['--header', 'X-Forwarded-Proto: https', '--header', 'Host: app.test']
  const ran = await runBench([
    ...ofClassic(app.url),
    ...['--login-page', '/sign-in', ...only('throughput,theft'), ...proxied],
    ...['--anonymous', '/sign-in', '--pid', `${await app.pid()}`],
  ])
  assert.equal(ran.code, 0, ran.err + ran.out)
  assert.deepEqual(
    ran.results?.theft.map(({ worksForMs }) => worksForMs),
    [0, null, 0],
  )
  assert.match(ran.out.replace(/\s+/g, ' '), /than the page that was opened without a session\./)
})

test('signing out may be a DELETE with a token from a page of its own', async () => {
  await using app = await startApp('classic.fixture.ts')
  const settings = ['--logout', '/settings/session', '--logout-method', 'DELETE']
  const signingOut = [...ofClassic(app.url), '--login-page', '/sign-in', ...only('theft'), ...settings]
  const ran = await runBench([...signingOut, '--logout-page', '/settings'])
  assert.equal(ran.code, 0, ran.err + ran.out)
  assert.equal(ran.results?.theft[0]?.worksForMs, 0)
  const without = await runBench(signingOut)
  assert.match(`${without.results?.notRun[0]?.reason}`, /after DELETE \/settings\/session, answered 403/)
})

test('a sign-in that fails tells what the application said, and what may be missing', async () => {
  await using app = await startApp('classic.fixture.ts')
  const without = await runBench(ofClassic(app.url))
  assert.equal(without.code, 1)
  assert.match(unfold(without), /POST \/sessions, answered 403.*"The form is too old\.".*--login-page/)
  const wrong = await runBench([
    ...ofClassic(app.url),
    ...['--login-page', '/sign-in', '--form', 'userName=ann&password=guessed'],
    ...['--expect', 'Hello ann!'],
  ])
  assert.match(unfold(wrong), /answered 401, the page \/ does not show "Hello ann!".*"Wrong password\."/)
  const elsewhere = await runBench([...ofClassic(app.url), '--login-page', '/search'])
  assert.match(unfold(elsewhere), /The page \/search \(answered 404\) has no form that posts to \/sessions/)
  assert.equal(without.results, null)
})

test('a JSON API that closes each connection is measured, too', async () => {
  await using app = await startPlanted({ closes: true })
  const ran = await runBench([...ways(app), '--scenario', 'throughput,theft'])
  assert.equal(ran.code, 0, ran.err + ran.out)
  const [, read, anonymous] = ran.results?.throughput ?? []
  assert.ok(read && anonymous && read.rps.min > 0 && anonymous.rps.min > 0)
  assert.deepEqual(
    ran.results?.throughput.map(({ status, keepsAlive }) => [status, keepsAlive]),
    [
      [200, false],
      [200, false],
      [401, false],
    ],
  )
  assert.deepEqual(
    ran.results?.theft.map(({ worksForMs }) => worksForMs),
    [0, null, 0],
  )
})

test('an application on ::1 is this machine, too', async () => {
  await using app = await startPlanted({ host: '::1' })
  const ran = await runBench([...ways({ url: `http://[::1]:${app.port}` }), '--scenario', 'throughput'])
  assert.equal(ran.code, 0, ran.err + ran.out)
  assert.equal(ran.results?.throughput[1]?.contender, `[::1]:${app.port}`)
})

function assertFits({ out }: Ran): void {
  for (const line of out.split('\n')) assert.ok(line.length <= 100, line)
}
