import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type Server as NetServer } from 'node:net'
import { createInterface } from 'node:readline'
import { suite, test } from 'node:test'
import pg from 'pg'
import { eventually } from './eventually.ts'
import { isRunning } from './process-tree.ts'
import { startRedis } from './redis.ts'
import { sendRedis } from './redis-command.ts'
import { createFolder, startServer } from './server.ts'

suite('a server ends with the process that asked for it', { concurrency: true }, () => {
  for (const state of ['running', 'frozen']) {
    test(`killed with its one process ${state}`, async () => {
      await using owner = await startOwner('redis')
      const { pid, folder } = await inspectRedis(owner.url)
      assert.ok(isRunning(pid) && existsSync(folder))
      if (state === 'frozen') await owner.tell('freeze')
      owner.process.kill('SIGKILL')
      await eventually(async () => !isRunning(pid) && !existsSync(folder))
    })

    test(`killed with its many processes ${state}, one of them busy`, async () => {
      await using owner = await startOwner('postgres')
      const { pids, folder } = await inspectPostgres(owner.url)
      assert.ok(pids.length > 3 && pids.every(isRunning) && existsSync(folder))
      if (state === 'frozen') await owner.tell('freeze')
      owner.process.kill('SIGKILL')
      await eventually(async () => !pids.some(isRunning) && !existsSync(folder))
    })
  }

  test('which ends when it has nothing else to do', async () => {
    await using owner = await startOwner('redis')
    const { pid, folder } = await inspectRedis(owner.url)
    owner.process.stdin?.end()
    assert.deepEqual(await once(owner.process, 'exit'), [0, null])
    await eventually(async () => !isRunning(pid) && !existsSync(folder))
  })

  test('and leaves no folder if it had been killed before', async () => {
    await using owner = await startOwner('redis')
    const { pid, folder } = await inspectRedis(owner.url)
    await owner.tell('kill')
    assert.ok(!isRunning(pid) && existsSync(folder))
    owner.process.kill('SIGKILL')
    await eventually(async () => !existsSync(folder))
  })
})

test('a server that is disposed of is gone with its folder, even if frozen', async () => {
  const server = await startRedis()
  const { pid, folder } = await inspectRedis(server.url)
  server.freeze()
  await server[Symbol.asyncDispose]()
  assert.ok(!isRunning(pid) && !existsSync(folder))
})

test('a server that cannot start says why', async () => {
  await assert.rejects(startRedis({ config: ['colour green'] }), /ended before it answered.*colour green/s)
})

test('a program that is not there is named', async () => {
  const plan = { folder: createFolder('none'), url: () => '', answers: async () => true }
  const command = async () => ['/no/such/program'] as const
  await assert.rejects(startServer({ ...plan, command }), /\/no\/such\/program/)
  assert.ok(!existsSync(plan.folder))
})

test('a server whose port is taken meanwhile is given another', async t => {
  const ports: number[] = []
  let taker: NetServer | undefined
  t.after(() => taker?.close())
  const script = "require('node:net').createServer(s => s.end('mine')).listen(process.argv[1], '127.0.0.1')"
  await using server = await startServer({
    folder: createFolder('taken'),
    url: port => `tcp://127.0.0.1:${port}`,
    async command(port) {
      ports.push(port)
      if (taker === undefined) {
        taker = createServer(socket => socket.destroy()).listen(port, '127.0.0.1')
        await once(taker, 'listening')
      }
      return [process.execPath, '--eval', script, `${port}`]
    },
    answers: async port => (await sendRedis(port, ['PING'])) === 'mine',
  })
  assert.equal(ports.length, 2)
  assert.notEqual(ports[0], ports[1])
  assert.equal(server.port, ports[1])
  assert.equal(server.url, `tcp://127.0.0.1:${ports[1]}`)
})

async function startOwner(kind: 'redis' | 'postgres') {
  const args = ['--conditions=source', `${import.meta.dirname}/owner.fixture.ts`, kind]
  const owner: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: owner.stdout as NonNullable<typeof owner.stdout> })
  const [url]: string[] = await once(lines, 'line')
  return {
    url: url as string,
    process: owner,
    async tell(order: 'freeze' | 'kill') {
      owner.stdin?.write(`${order}\n`)
      await once(lines, 'line')
    },
    async [Symbol.asyncDispose]() {
      owner.kill('SIGKILL')
    },
  }
}

async function inspectRedis(url: string) {
  const port = Number(new URL(url).port)
  const pid = Number(/process_id:(\d+)/.exec(await sendRedis(port, ['INFO']))?.[1])
  const folder = (await sendRedis(port, ['CONFIG', 'GET', 'dir'])).split('\r\n')[4] as string
  return { pid, folder }
}

/** The processes, its first and a busy one among them; and its folder. */
async function inspectPostgres(url: string) {
  const [client, busy] = [new pg.Client(url), new pg.Client(url)]
  for (const each of [client, busy]) each.on('error', () => {})
  await Promise.all([client.connect(), busy.connect()])
  busy.query('select pg_sleep(1000)').catch(() => {})
  const ask = async (sql: string) => (await client.query(sql)).rows
  await eventually(
    async () => (await ask("select from pg_stat_activity where wait_event = 'PgSleep'")).length > 0,
  )
  const pids = (await ask('select pid from pg_stat_activity')).map(({ pid }) => pid as number)
  const [first] = await ask("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid")
  const [{ data_directory: folder }] = await ask('show data_directory')
  return { pids: [first.pid as number, ...pids], folder: folder as string }
}
