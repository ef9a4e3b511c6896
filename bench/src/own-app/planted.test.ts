import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Planted } from './planted.fixture.ts'
import { type Ran, type RunningApp, runBench, spawnBench, startApp } from './run.fixture.ts'

const start = (planted: Omit<Planted, 'port' | 'folder'>) => startApp('planted.fixture.ts', planted)

const ways = ({ url }: RunningApp, expected = '"user{n}"') => [
  ...['--url', url, '--login', '/api/login', '--json', '{"userName":"user{n}"}'],
  ...['--page', '/api/me', '--expect', expected, '--logout', '/api/logout'],
]
const only = (scenario: string) => ['--scenario', scenario]

describe('a run', { concurrency: 3 }, () => {
  test('a text that is shown without a session, too, is refused', async () => {
    await using app = await start({ isOpen: true })
    const ran = await runBench(ways(app, '"home"'))
    assert.deepEqual([ran.code, ran.results], [1, null])
    assert.match(unfold(ran), /shows ""home"" to a visitor who sends no cookie\. Choose a text for --expect/)
  })

  test('a page that is shown to everybody once a user was shown it is refused', async () => {
    await using app = await start({ isCached: true })
    const ran = await runBench(ways(app))
    assert.equal(ran.code, 1)
    assert.match(unfold(ran), /But that was not so before .* a cache/)
  })

  test('sessions lost at a restart are counted, each', async () => {
    await using app = await start({ isDurable: true, lost: 13 }) // of which the first is that of the check
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', app.restart])
    assert.equal(ran.code, 0, ran.err + ran.out)
    const [row] = ran.results?.restart ?? []
    assert.deepEqual([row?.clients, row?.stillSignedIn, row?.wrongUser], [40, 28, 0])
    assert.match(ran.out, /70 % survive a restart: 28 of 40 still signed in/)
  })

  test("another user's page after a restart is counted as wrong, and not as signed in", async () => {
    await using app = await start({ isDurable: true })
    const swap = `sed -i 's/"user7"/"user70"/; s/"user8"/"user9"/' '${app.folder}/sessions'; `
    const ran = await runBench([...ways(app), ...only('restart'), '--restart', swap + app.restart])
    const [row] = ran.results?.restart ?? []
    assert.deepEqual([row?.stillSignedIn, row?.wrongUser], [38, 2], ran.err + ran.out)
    assert.match(ran.out.replace(/\s+/g, ' '), /2 WERE SHOWN THE PAGE OF ANOTHER USER/)
  })

  test("another user's page under load is no data point, and fails the run", async () => {
    await using app = await start({ otherUserEach: 90 })
    const ran = await runBench([...ways(app), ...only('throughput')])
    assert.deepEqual([ran.code, ran.results?.throughput], [1, []])
    const [, wrong, requests, ofOther] =
      /throughput: (\d+) of (\d+) answers were wrong, (\d+) of them with the page of another user; the first: \/api\/me showed/.exec(
        `${ran.results?.notRun[0]?.reason}`,
      ) ?? assert.fail(ran.out)
    assert.equal(wrong, ofOther)
    assert.ok(Math.abs(Number(wrong) - Number(requests) / 90) <= 2, `${wrong} of ${requests}`)
  })

  test('what a page costs of CPU time is measured in the application', async () => {
    await using app = await start({ busyMicros: 2000 })
    const process = ['--pid', `${await app.pid()}`, '--seconds', '2', '--connections', '1']
    const ran = await runBench([...ways(app), ...only('throughput'), ...process])
    const [, read] = ran.results?.throughput ?? []
    const micros = Number(read?.cpuMicros?.median)
    const requests = 2 * Number(read?.rps.median)
    const most = 2500 + 20_000 / requests // /proc counts in hundredths of a second
    assert.ok(micros > 1900 && micros < most, `${micros} µs, of ${requests} requests`)
  })

  test('a cookie that works on after sign-out, and one that was planted before the sign-in, are told', async () => {
    await using app = await start({
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
    await using app = await start({ signOutAfterMs: 400 })
    const ran = await runBench([...ways(app), ...only('theft')])
    const works = Number(ran.results?.theft.find(({ act }) => act === 'sign-out')?.worksForMs)
    assert.ok(works > 300 && works < 1300, `${works} ms`)
  })

  test('a sign-out that does nothing is no measurement', async () => {
    await using app = await start({ signsNobodyOut: true })
    const ran = await runBench([...ways(app), ...only('theft')])
    assert.equal(ran.code, 1)
    assert.match(`${ran.results?.notRun[0]?.reason}`, /the browser that signed out is still signed in/)
    assert.deepEqual(
      ran.results?.theft.map(({ act }) => act),
      ['sign-in-elsewhere', 'sign-in'],
    )
  })

  test('clients that sign each other out are told to be several users', async () => {
    await using app = await start({ isSingle: true })
    const ran = await runBench([...ways(app), ...only('throughput'), '--users', '1'])
    assert.match(`${ran.results?.notRun[0]?.reason}`, /signed out by a later sign-in.*--users/)
    const several = await runBench([...ways(app), ...only('throughput,theft')])
    assert.equal(several.code, 0, several.err + several.out)
    const elsewhere = several.results?.theft.find(({ act }) => act === 'sign-in-elsewhere')
    assert.equal(elsewhere?.worksForMs, 0)
  })

  test('a restart that is none, or that fails, is no measurement', async () => {
    await using app = await start({})
    const restarted = async (command: string) => {
      const ran = await runBench([...ways(app), ...only('restart'), '--patience', '1', '--restart', command])
      assert.deepEqual([ran.code, ran.results?.restart], [1, []])
      return `${ran.results?.notRun[0]?.reason}`
    }
    assert.match(
      await restarted('echo no such service; exit 3'),
      /ended with 3, and .* never away.*no such service/,
    )
    assert.match(
      await restarted(`kill -STOP ${await app.pid()}; echo frozen`),
      /did not answer again within 1 s.*frozen/,
    )
  })

  test('what is not asked for is told as not measured, and how to ask for it', async () => {
    await using app = await start({})
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

  test('a cookie that each page replaces is kept, as a browser does', async () => {
    await using app = await start({ rolls: true })
    const ran = await runBench([...ways(app), ...only('throughput'), '--rounds', '2'])
    assert.equal(ran.code, 0, ran.err + ran.out)
    assert.ok(Number(ran.results?.throughput[1]?.rps.min) > 0)
  })

  test('a token for scripts is sent, as Angular and axios do', async () => {
    await using app = await start({ wantsToken: true })
    const page = ['--login-page', '/api/me']
    const ran = await runBench([...ways(app), ...only('theft'), ...page])
    assert.equal(ran.code, 0, ran.err + ran.out)
    assert.equal(ran.results?.theft[0]?.worksForMs, 0)
  })

  test('nobody is led to another origin', async () => {
    await using app = await start({ awayTo: 'http://localhost:1/home' })
    const ran = await runBench(ways(app))
    assert.equal(ran.code, 1)
    assert.match(unfold(ran), /\/api\/login redirects to http:\/\/localhost:1, which is another origin/)
  })

  test('Ctrl-C does not end what --restart began: it may be the application', async () => {
    await using app = await start({})
    const [begun, done] = [join(app.folder, 'begun'), join(app.folder, 'done')]
    const command = `touch '${begun}'; sleep 3; touch '${done}'`
    const child = spawnBench([...ways(app), ...only('restart'), '--restart', command])
    const ended = once(child, 'exit')
    await untilThere(begun)
    process.kill(-Number(child.pid), 'SIGINT') // all of its group, as a terminal does
    assert.deepEqual(await ended, [130, null])
    await untilThere(done)
  })

  test('Ctrl-C ends a run at once, with its processes, and writes nothing', async () => {
    await using app = await start({})
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

const unfold = ({ err }: Ran) => err.replace(/\s+/g, ' ')

async function untilThere(file: string): Promise<void> {
  const end = Date.now() + 30_000
  while (!existsSync(file)) {
    if (Date.now() > end) throw new Error(`There is no ${file}`)
    await setTimeout(10)
  }
}

function descendantsOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const found = new Set([pid])
  for (const line of stdout.split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number)
    if (found.has(parent)) found.add(child)
  }
  return [...found].slice(1)
}
