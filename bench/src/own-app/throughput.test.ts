import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { only, runBench, startPlanted, ways } from './run.fixture.ts'

describe('throughput', { concurrency: 3 }, () => {
  test("another user's page under load is no data point, and fails the run", async () => {
    await using app = await startPlanted({ otherUserEach: 90 })
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
    await using app = await startPlanted({ busyMicros: 20_000 })
    const process = ['--pid', `${await app.pid()}`, '--seconds', '2', '--connections', '1']
    const ran = await runBench([...ways(app), ...only('throughput'), ...process])
    const [, read] = ran.results?.throughput ?? []
    const micros = Number(read?.cpuMicros?.median)
    const requests = 2 * Number(read?.rps.median)
    const most = 25_000 + 20_000 / requests // /proc counts in hundredths of a second
    assert.ok(micros > 19_000 && micros < most, `${micros} µs, of ${requests} requests`)
  })

  test('a cookie that each page replaces is kept, as a browser does', async () => {
    await using app = await startPlanted({ rolls: true })
    const ran = await runBench([...ways(app), ...only('throughput'), '--rounds', '2'])
    assert.equal(ran.code, 0, ran.err + ran.out)
    assert.ok(Number(ran.results?.throughput[1]?.rps.min) > 0)
  })

  test('connections that end after some requests are left, and bare Express is asked alike', async () => {
    await using app = await startPlanted({ closesEach: 20 })
    const ran = await runBench([...ways(app), ...only('throughput'), '--seconds', '0.5'])
    assert.equal(ran.code, 0, ran.err + ran.out)
    assert.deepEqual(
      ran.results?.throughput.map(({ keepsAlive }) => keepsAlive),
      [false, false, false],
    )
    assert.match(
      ran.out,
      /The application closes connections: each request was on a new one, to bare Express, too/,
    )
  })

  test('wrong answers are seen on connections that end with each answer, too', async () => {
    await using app = await startPlanted({ closes: true, otherUserEach: 20 })
    const ran = await runBench([...ways(app), ...only('throughput'), '--seconds', '0.5'])
    assert.deepEqual([ran.code, ran.results?.throughput], [1, []])
    assert.match(`${ran.results?.notRun[0]?.reason}`, /showed the page of another user than \d+/)
  })

  test('a page that leads each user to a page of their own is no leak', async () => {
    await using app = await startPlanted({ hasOwnPaths: true })
    const ran = await runBench([...ways(app), ...only('throughput')])
    assert.equal(ran.code, 0, ran.err + ran.out)
    assert.ok(Number(ran.results?.throughput[1]?.rps.min) > 0)
  })
})
