import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Caller } from './caller.ts'
import { measureSockets } from './costs.ts'
import { type CrowdProcess, type CrowdRequest, startCrowd } from './crowd-process.ts'
import { describe as describeFault } from './faults.ts'
import { type SocketLoadProcess, startSocketLoadProcess } from './load-process.ts'
import { createRandom, startLossyProxy } from './lossy-proxy.ts'
import { PlantedServer } from './planted.fixture.ts'
import { startSocketServer } from './server-process.ts'
import { credentialsIn } from './store-copy.ts'
import { findGood, steal } from './theft.ts'

let loader: SocketLoadProcess
before(() => {
  loader = startSocketLoadProcess()
})
after(() => loader.kill())

async function measure(server: PlantedServer): Promise<void> {
  const effort = { rounds: 1, seconds: 0.05, warmUp: 1, concurrency: 8, sockets: 4 }
  await measureSockets([server.process], loader, effort, () => {})
}

test('a right answer is a figure; another user, a key that stays, or a lost session fails the run', async () => {
  await using server = await new PlantedServer().open()
  await measure(server)
  server.rotates = false
  await assert.rejects(measure(server), /none, resume: user-\d+ was answered .*"credential":"user-\d+\.1"/)
  server.rotates = true
  for (let user = 1; user < 10_000; user++) {
    server.mistaken.set(`user-${String(user).padStart(7, '0')}`, 'mallory')
  }
  await assert.rejects(measure(server), /user-\d+ signed in, and was answered .*mallory/)
  server.errsInAnswers = false
  await assert.rejects(measure(server), /user-\d+ signed in, and was answered .*mallory/)
  const late = { user: 'alice', key: 'alice.1' }
  const caller = await new Caller(server.port, true).open()
  await caller.present(late)
  server.mistaken.set('alice', 'mallory')
  await assert.rejects(caller.present(late), /alice was answered .*mallory/)
  server.mistaken.clear()
  server.forgotten.add('alice')
  await assert.rejects(caller.present(late), /alice was answered .*"refused":"unknown"/)
})

for (const client of ['ours', 'page'] as const) {
  test(`lost sessions, lost writes and wrong users are counted, each at its size (${client})`, async () => {
    await using server = await new PlantedServer().open()
    const crowd: CrowdProcess = startCrowd()
    try {
      const gather: CrowdRequest = { do: 'gather', url: server.url, client, count: 10, renewMs: 60_000 }
      await crowd.ask(gather)
      for (const user of ['user-1', 'user-2', 'user-3']) server.forgotten.add(user)
      server.unwritten.add('user-4')
      const struckAt = Date.now()
      server.disconnectAll()
      const report = await crowd.ask({ do: 'count', since: struckAt, patienceMs: 20_000 })
      const { firstActiveAt, lastActiveAt, ...counts } = report
      assert.deepEqual(counts, { stillSignedIn: 7, acknowledgedWritesLost: 4, wrongUser: 0, unanswered: 0 })
      assert.ok(firstActiveAt && lastActiveAt && struckAt <= firstActiveAt && firstActiveAt <= lastActiveAt)

      for (const user of ['user-5', 'user-6']) server.mistaken.set(user, 'mallory')
      const { stillSignedIn, wrongUser } = await crowd.ask({ do: 'count', since: null, patienceMs: 0 })
      assert.deepEqual([stillSignedIn, wrongUser], [5, 2])
      await crowd.ask({ do: 'renew', times: 1 }) // two more are told who they are not
      assert.equal((await crowd.ask({ do: 'count', since: null, patienceMs: 0 })).wrongUser, 4)
    } finally {
      await crowd.kill()
    }
  })
}

test('a reuse is told of, and the time runs from when the server could answer', () => {
  const report = {
    ...{ stillSignedIn: 8, acknowledgedWritesLost: 2, wrongUser: 0, unanswered: 0 },
    ...{ firstActiveAt: 1700, lastActiveAt: 2900 },
  }
  const row = { contender: 'none', fault: 'server-killed', clients: 10, reuses: 2, struckAt: 1000 }
  const told = describeFault(report, { answersAt: 1500 }, row)
  assert.deepEqual([told.reuses, told.firstSuccessMs, told.allBackMs], [2, 700, 1400])
  assert.match(told.note, /^2 times an honest client was taken for a thief$/)
})

test('an answer is lost after the server has done what was asked', async () => {
  await using server = await new PlantedServer().open()
  await using proxy = await startLossyProxy(server.port, createRandom(1))
  const holder = { user: 'alice', key: 'alice.1' }
  const caller = await new Caller(Number(new URL(proxy.url).port), false).open()
  await caller.present(holder)
  proxy.lose(1)
  await assert.rejects(caller.present(holder), /closed with 1006/)
  assert.deepEqual([proxy.lost, proxy.passed], [1, 0])
  const random = createRandom(7)
  const tenths = Array.from({ length: 10_000 }, random).filter(number => number < 0.1)
  assert.ok(tenths.length > 900 && tenths.length < 1100, `${tenths.length}`)
})

test('a thief who stays is reported to stay', async () => {
  await using server = await new PlantedServer().open()
  for (const act of ['thief-first', 'owner-first', 'spent-key'] as const) {
    assert.deepEqual(await steal(act, 'alice', server.process, 200), { worksForMs: null, isOwnerOut: false })
  }
})

test('a key that lies in a store is found there', async () => {
  const server = await startSocketServer('relogin-key-memory')
  try {
    const owner = { user: 'alice', key: null as string | null }
    await (await new Caller(server.port, true).open()).signIn(owner)
    const key = String(owner.key)
    const [id = '', ...rest] = key.split('.')
    for (const stored of [key, rest.join('.')]) {
      const candidates = credentialsIn(`{"id":"${id}","key":"${stored}"}`, id)
      assert.ok(candidates.includes(key), candidates.join('\n'))
    }
    assert.equal(await findGood(server.port, ['nonsense', `${id}.2`, key]), key)
    assert.equal(await findGood(server.port, ['nonsense']), null)
  } finally {
    await server.kill()
  }
})
