import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { only, runBench, spawnBench, startPlanted, unfold, ways } from './run.fixture.ts'

describe('a run', { concurrency: 3 }, () => {
  test('a text that is shown without a session, too, is refused', async () => {
    await using app = await startPlanted({ isOpen: true })
    const ran = await runBench(ways(app, '"home"'))
    assert.deepEqual([ran.code, ran.results], [1, null])
    assert.match(unfold(ran), /shows ""home"" to a visitor who sends no cookie\. Choose a text for --expect/)
  })

  test('a page that is shown to everybody once a user was shown it is refused', async () => {
    await using app = await startPlanted({ isCached: true })
    const ran = await runBench(ways(app))
    assert.equal(ran.code, 1)
    assert.match(unfold(ran), /But that was not so before .* a cache/)
  })

  test('a cookie that works on after sign-out, and one that was planted before the sign-in, are told', async () => {
    await using app = await startPlanted({
      keepsId: true,
      signOutAfterMs: null,
      attributes: 'Path=/; Secure; SameSite=None; Max-Age=7200',
    })
    const ran = await runBench([...ways(app), ...only('theft')])
    assert.deepEqual(
      ran.results?.theft.map(({ act, worksForMs }) => [act, worksForMs]),
      [
        ['sign-out', null],
        ['sign-in-elsewhere', null],
        ['sign-in', null],
      ],
    )
    assert.match(ran.out, /SESSION FIXATION: a cookie with an invented value is signed in after it\./)
    assert.match(ran.out, /A COPIED COOKIE GOES ON WORKING after its owner signs out\./)
    assert.match(ran.out, /kept for 2 hours\.\n +Not HttpOnly: .*\n +Secure: .*\n +SameSite=None: /)
  })

  test('a cookie that works a while longer is told with that time', async () => {
    await using app = await startPlanted({ signOutAfterMs: 400 })
    const ran = await runBench([...ways(app), ...only('theft')])
    const works = Number(ran.results?.theft.find(({ act }) => act === 'sign-out')?.worksForMs)
    assert.ok(works > 300 && works < 1300, `${works} ms`)
  })

  test('a sign-out that does nothing is no measurement', async () => {
    await using app = await startPlanted({ signsNobodyOut: true })
    const ran = await runBench([...ways(app), ...only('theft')])
    assert.equal(ran.code, 1)
    assert.match(`${ran.results?.notRun[0]?.reason}`, /the browser that signed out is still signed in/)
    assert.deepEqual(
      ran.results?.theft.map(({ act }) => act),
      ['sign-in-elsewhere', 'sign-in'],
    )
  })

  test('clients that sign each other out are told to be several users', async () => {
    await using app = await startPlanted({ isSingle: true })
    const ran = await runBench([...ways(app), ...only('throughput'), '--users', '1'])
    assert.match(`${ran.results?.notRun[0]?.reason}`, /signed out by a later sign-in.*--users/)
    const several = await runBench([...ways(app), ...only('throughput,theft')])
    assert.equal(several.code, 0, several.err + several.out)
    const elsewhere = several.results?.theft.find(({ act }) => act === 'sign-in-elsewhere')
    assert.equal(elsewhere?.worksForMs, 0)
  })

  test('what is not asked for is told as not measured, and how to ask for it', async () => {
    await using app = await startPlanted({})
    const ran = await runBench([...ways(app).slice(0, -2), ...only('restart,theft')])
    assert.deepEqual(
      [ran.code, ran.results?.notRun.map(({ reason }) => reason)],
      [
        0,
        [
          'a copied cookie after sign-out: give --logout PATH.',
          "restart survival: give --restart 'COMMAND', which starts the application again.",
        ],
      ],
    )
  })

  test('a token for scripts is sent, as Angular and axios do', async () => {
    await using app = await startPlanted({ wantsToken: true })
    const page = ['--login-page', '/api/me']
    const ran = await runBench([...ways(app), ...only('theft'), ...page])
    assert.equal(ran.code, 0, ran.err + ran.out)
    assert.equal(ran.results?.theft[0]?.worksForMs, 0)
  })

  test('nobody is led to another origin', async () => {
    await using app = await startPlanted({ awayTo: 'http://localhost:1/home' })
    const ran = await runBench(ways(app))
    assert.equal(ran.code, 1)
    assert.match(unfold(ran), /\/api\/login redirects to http:\/\/localhost:1, which is another origin/)
  })

  test('Ctrl-C ends a run at once, with its processes, and writes nothing', async () => {
    await using app = await startPlanted({})
    const file = join(app.folder, 'never')
    const child = spawnBench([...ways(app), '--seconds', '60', '--json', file])
    const [said] = await once(child.stderr, 'data')
    assert.match(`${said}`, /throughput/)
    let started: number[]
    do started = descendantsOf(child.pid as number)
    while (started.length < 3) // main.ts, the load generator, and bare Express
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    assert.equal(code, 130)
    for (const pid of started) assert.throws(() => process.kill(pid, 0), /ESRCH/)
    assert.ok(!existsSync(file))
  })
})

function descendantsOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const found = new Set([pid])
  for (const line of stdout.split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number)
    if (found.has(parent)) found.add(child)
  }
  return [...found].slice(1)
}
