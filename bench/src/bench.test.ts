import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseOptions } from './options.ts'
import { type Results, spreadOf } from './results.ts'
import { briefly, finish, run, runBriefly, script } from './run.fixture.ts'
import { usage } from './usage.ts'

describe('a run of the benchmark', () => {
  let folder: string
  let results: Results
  let printed: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
    const only = ['--only', 'memory,redis,express-session-memory', '--rounds', '2']
    const scenarios = ['--scenario', 'read,write,anonymous,login,server-killed,second-server']
    const args = [...briefly, ...only, ...scenarios, '--results', folder, '--json', 'run.json']
    printed = await finish(run(args, { SOJOURN_CWD: folder }))
    results = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
  })
  after(() => rm(folder, { recursive: true }))

  test('measures each contender in each scenario, and relates it to none', () => {
    const measured = results.throughput.map(({ scenario, contender }) => `${scenario} ${contender}`)
    const names = ['none', 'memory', 'redis', 'express-session-memory']
    assert.deepEqual(
      measured,
      ['read', 'write', 'anonymous', 'login'].flatMap(scenario => names.map(name => `${scenario} ${name}`)),
    )
    for (const row of results.throughput) {
      assert.ok(row.rps.median > 0 && row.cpuMicros.min > 0 && row.responseBytes > 100, JSON.stringify(row))
      if (row.contender === 'none') assert.deepEqual(row.ratioToNone, { median: 1, min: 1, max: 1 })
    }
  })

  test('counts the trips to the store, and what they carry, where there is a way to it', () => {
    const trips = (name: string) =>
      results.throughput
        .filter(({ contender }) => contender === name)
        .map(({ storeRoundTrips }) => storeRoundTrips && Math.round(storeRoundTrips)) // a ping may come between
    assert.deepEqual(trips('redis'), [1, 2, 0, 2])
    assert.deepEqual(trips('memory'), [null, null, null, null])
    const cpu = (name: string) =>
      results.throughput
        .filter(({ contender }) => contender === name)
        .map(({ storeCpuMicros }) => typeof storeCpuMicros)
    const isKnown = platform() === 'linux' && !process.env.REDIS_URL
    assert.deepEqual(new Set(cpu('redis')), new Set([isKnown ? 'number' : 'object']))
    assert.deepEqual(new Set(cpu('memory')), new Set(['object']))
    const bytes = (name: string) =>
      results.throughput.filter(({ contender }) => contender === name).map(({ storeBytes }) => storeBytes)
    const [read = 0, write = 0, anonymous = 0] = bytes('redis').map(Number)
    assert.ok(read > 200 && write > 2 * read && anonymous < 20, `${read}, ${write}, ${anonymous}`)
    assert.deepEqual(bytes('memory'), [null, null, null, null])
  })

  test('says whose sessions survive the server, and are seen by a second one', () => {
    const outcomes = results.restart.map(row => [row.fault, row.contender, row.stillSignedIn])
    assert.deepEqual(outcomes, [
      ['server-killed', 'memory', 0],
      ['server-killed', 'redis', 40],
      ['server-killed', 'express-session-memory', 0],
      ['second-server', 'memory', 0],
      ['second-server', 'redis', 40],
      ['second-server', 'express-session-memory', 0],
    ])
    for (const { stillSignedIn, acknowledgedWritesLost, wrongUser, firstSuccessMs } of results.restart) {
      assert.deepEqual([acknowledgedWritesLost, wrongUser], [40 - stillSignedIn, 0])
      assert.equal(firstSuccessMs === null, stillSignedIn === 0)
    }
    assert.match(printed, /\n {2}memory .*; lost at a restart\n/)
    assert.match(printed, /\n {2}redis .*; outlives restarts\n/)
  })

  test('says what a page view costs, and how it was measured', () => {
    assert.match(printed, /\n {2}redis +-?\d+\.\d µs a page view(, \d+\.\d in store)?[;,] /)
    assert.match(printed, /read, 32 connections, 200 B, 2 rounds\)\n.* min–max /)
  })

  test('says on which machine and commit', () => {
    assert.ok(
      results.machine.cores >= 1 && results.commit.length > 0 && !Number.isNaN(Date.parse(results.date)),
    )
    assert.match(String(results.options), /^--rounds 1 --seconds 0\.2 .*--only memory,redis/)
    assert.ok(Number(results.durationMs) > 1000)
  })

  test('says how far the next run may be from this one', () => {
    for (const { scenario, overheadMicros, overheadHalves } of results.throughput) {
      const [first = 0, second = 0] = overheadHalves ?? []
      assert.deepEqual(
        [Math.min(first, second), Math.max(first, second)],
        [overheadMicros.min, overheadMicros.max],
        scenario,
      )
    }
    assert.match(printed, /Run to run: .* overheads\s+differ\s+by \d+ %/)
  })

  test('fits 100 columns, and has no colours where there is no terminal', () => {
    for (const line of printed.split('\n')) assert.ok(line.length <= 100 || line.includes('/'), line)
    assert.ok(!printed.includes('\u001b'))
  })
})

test('growth is measured until the last expired session is cleared out', async () => {
  const { printed } = await runBriefly('--only', 'memory,cookie', '--scenario', 'scale', '--sizes', '100,300')
  assert.match(printed, /memory +100 .*\n +memory +300 /)
  assert.match(printed, /cookie +100 /) // which holds nothing that could be cleared
  assert.doesNotMatch(printed, /never/)
})

test('a harness that is killed leaves no server behind', async () => {
  const harness = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--input-type=module-typescript',
      '--eval',
      `import { startServer } from ${JSON.stringify(script('./server-process.ts'))}
       console.log((await startServer('memory')).port)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [port] = await once(harness.stdout, 'data')
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  harness.kill('SIGKILL')
  socket.on('error', () => {})
  await once(socket, 'close')
})

test('help fits into 100 columns', () => {
  const longest = Math.max(...usage.split('\n').map(line => line.length))
  assert.ok(longest <= 100, `${longest} columns`)
})

test('options that make no sense are refused in words', () => {
  assert.throws(() => parseOptions(['--only', 'nune']), /there is no nune; choose from none, memory/)
  assert.throws(() => parseOptions(['--scenario', 'reed']), /there is no reed/)
  assert.throws(() => parseOptions(['--rounds', 'many']), /takes whole numbers/)
  assert.throws(() => parseOptions(['--bytes', '200,10']), /--bytes takes whole numbers from 25 on, not 10/)
  assert.deepEqual(parseOptions(['--only', 'memory', '--scenario', 'read']).contenders, ['none', 'memory'])
})

test('the median is that of the middle, also of an even number', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 })
  assert.deepEqual(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 })
})
