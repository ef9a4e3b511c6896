import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type LoadProcess, startLoadProcess } from './load-process.ts'
import { parseOptions } from './options.ts'
import { type Results, spreadOf } from './results.ts'
import type { ServerProcess } from './server-process.ts'
import { measure, scenarios } from './throughput.ts'

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, ['--conditions=source', script(name), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What it printed, once it has ended well. */
async function finish(child: ReturnType<typeof run>): Promise<string> {
  const [[code], out, err] = await Promise.all([
    once(child, 'exit'),
    textOf(child.stdout),
    textOf(child.stderr),
  ])
  assert.equal(code, 0, err)
  return out
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString()
}

const briefly = ['--rounds', '1', '--seconds', '0.2', '--clients', '40']

describe('a run of the benchmark', () => {
  let folder: string
  let results: Results
  let printed: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
    const only = ['--only', 'memory,redis,express-session-memory', '--rounds', '2']
    const args = [...briefly, ...only, '--results', folder, '--json', 'run.json']
    printed = await finish(run('./main.ts', args, { SOJOURN_CWD: folder }))
    results = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))
  })
  after(() => rm(folder, { recursive: true }))

  test('measures each contender in each scenario, and relates it to none', () => {
    const measured = results.throughput.map(({ scenario, contender }) => `${scenario} ${contender}`)
    const names = ['none', 'memory', 'redis', 'express-session-memory']
    assert.deepEqual(
      measured,
      ['read', 'write', 'anonymous'].flatMap(scenario => names.map(name => `${scenario} ${name}`)),
    )
    for (const row of results.throughput) {
      assert.ok(row.rps.median > 0 && row.cpuMicros.min > 0 && row.responseBytes > 100, JSON.stringify(row))
      if (row.contender === 'none') assert.deepEqual(row.ratioToNone, { median: 1, min: 1, max: 1 })
    }
  })

  test('counts the trips to the store, where there is a way to it', () => {
    const trips = (name: string) =>
      results.throughput
        .filter(({ contender }) => contender === name)
        .map(({ storeRoundTrips }) => storeRoundTrips && Math.round(storeRoundTrips)) // a ping may come between
    assert.deepEqual(trips('redis'), [1, 2, 0])
    assert.deepEqual(trips('memory'), [null, null, null])
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
    assert.match(printed, /memory .* a restart signs everybody out/)
    assert.match(printed, /redis .* 100 % survive a restart/)
  })

  test('says on which machine and commit', () => {
    assert.ok(
      results.machine.cores >= 1 && results.commit.length > 0 && !Number.isNaN(Date.parse(results.date)),
    )
  })
})

test('a store that is killed loses what it was not told to keep; one that hangs is waited for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
  const faults = ['--only', 'redis', '--scenario', 'store-killed,store-killed-durable,store-frozen']
  const file = join(folder, 'faults.json')
  await finish(run('./main.ts', [...briefly, ...faults, '--results', folder, '--json', file]))
  const { restart } = JSON.parse(await readFile(file, 'utf8')) as Results
  const outcomes = restart.map(({ fault, stillSignedIn, wrongUser }) => [fault, stillSignedIn, wrongUser])
  assert.deepEqual(outcomes, [
    ['store-killed', 0, 0],
    ['store-killed-durable', 40, 0],
    ['store-frozen', 40, 0],
  ])
  assert.match(restart[2]?.note ?? '', /the longest took [1-9]\d*\.\d s/)
  await rm(folder, { recursive: true })
})

test('in a cluster, the loss of a primary under load signs hardly anybody out, and mixes nobody up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-'))
  const args = [...briefly, '--only', 'redis-cluster', '--scenario', 'primary-killed', '--results', folder]
  await finish(run('./main.ts', args))
  const { restart } = JSON.parse(await readFile(join(folder, 'latest.json'), 'utf8')) as Results
  const [{ fault, stillSignedIn, wrongUser }] = restart as [Results['restart'][number]]
  assert.deepEqual([fault, wrongUser], ['primary-killed', 0])
  // A fail-over may undo what the replica had not got yet.
  assert.ok(stillSignedIn >= 36, `${stillSignedIn} of 40 are still signed in`)
  await rm(folder, { recursive: true })
})

test('growth is measured until the last expired session is cleared out', async () => {
  const args = [
    '--only',
    'memory',
    '--scenario',
    'scale',
    '--sizes',
    '100,300',
    '--rounds',
    '1',
    '--seconds',
    '0.2',
  ]
  const printed = await finish(run('./main.ts', args))
  assert.match(printed, /memory +100 .*\n +memory +300 /)
  assert.doesNotMatch(printed, /never/)
})

describe('the load generator', () => {
  let loader: LoadProcess
  before(() => {
    loader = startLoadProcess()
  })
  after(() => loader.kill())

  const [read] = scenarios as [(typeof scenarios)[number]]
  const alice = { cookie: 'session=a', user: 'alice', counter: 1 }

  async function measureAnswering(status: number, body: object): Promise<void> {
    const server = createServer((_req, res) => res.writeHead(status).end(JSON.stringify(body)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const usage = async () => ({ cpuMicros: 0, rssBytes: 0, sessions: null, longestPauseMs: 0 })
    const fake = { contender: 'memory', port, usage } as unknown as ServerProcess
    try {
      await measure(read, fake, loader, [[alice], [alice]], 0.1)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  test('takes right answers', () => measureAnswering(200, { user: 'alice', counter: 1 }))
  test('refuses another user', () =>
    assert.rejects(measureAnswering(200, { user: 'bob', counter: 1 }), /alice .* was answered .*bob/))
  test('refuses a lost write', () =>
    assert.rejects(measureAnswering(200, { user: 'alice', counter: 0 }), /was answered/))
  test('refuses an error page', () =>
    assert.rejects(measureAnswering(500, { user: 'alice', counter: 1 }), /status 500/))
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

test('an interrupted run says so, and writes nothing', async () => {
  const child = run('./main.ts', ['--rounds', '1', '--only', 'memory'])
  await once(child.stderr, 'data')
  child.kill('SIGINT')
  const [[code], err] = await Promise.all([once(child, 'exit'), textOf(child.stderr)])
  assert.equal(code, 130)
  assert.match(err, /nothing is written/)
})

test('options that make no sense are refused in words', () => {
  assert.throws(() => parseOptions(['--only', 'nune']), /there is no nune; choose from none, memory/)
  assert.throws(() => parseOptions(['--scenario', 'reed']), /there is no reed/)
  assert.throws(() => parseOptions(['--rounds', 'many']), /takes whole numbers/)
  assert.deepEqual(parseOptions(['--only', 'memory', '--scenario', 'read']).contenders, ['none', 'memory'])
})

test('the median is that of the middle, also of an even number', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 })
  assert.deepEqual(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 })
})
