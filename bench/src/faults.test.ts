import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { FaultName } from './faults.ts'
import { countSignedIn, writeAgain } from './restart.ts'
import type { Restart } from './results.ts'
import { runBriefly } from './run.fixture.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { ask, newClient, signIn } from './visit.ts'

async function strike(contenders: string, ...faults: FaultName[]): Promise<readonly Restart[]> {
  const { results } = await runBriefly('--only', contenders, '--scenario', faults.join())
  return results.restart
}

const outcomesOf = (rows: readonly Restart[]) =>
  rows.map(({ contender, stillSignedIn, wrongUser }) => [contender, stillSignedIn, wrongUser])

test('a store that is killed loses what it was not told to keep; one that hangs is waited for', async () => {
  const rows = await strike('redis', 'store-killed', 'store-killed-durable', 'store-frozen')
  assert.deepEqual(outcomesOf(rows), [
    ['redis', 0, 0],
    ['redis', 40, 0],
    ['redis', 40, 0],
  ])
  const [, , frozen] = rows as [Restart, Restart, Restart]
  assert.match(frozen.note, /the longest took [1-9]\d*\.\d s/)
  assert.ok(frozen.firstSuccessMs && frozen.firstSuccessMs >= 1900, `${frozen.firstSuccessMs} ms`)
})

test('nobody waits for a store that hangs, if it holds only what has ended', async () => {
  const [row] = (await strike('cookie-revocable', 'store-frozen')) as [Restart]
  assert.equal(row.stillSignedIn, 40)
  assert.doesNotMatch(row.note, /^[1-9]|signed out/)
  assert.ok(row.firstSuccessMs && row.firstSuccessMs < 1900, `${row.firstSuccessMs} ms`)
})

test('in a cluster, the loss of a primary under load signs hardly anybody out, and mixes nobody up', async () => {
  const [{ stillSignedIn, wrongUser }] = (await strike('redis-cluster', 'primary-killed')) as [Restart]
  assert.equal(wrongUser, 0)
  // A fail-over may undo what the replica had not got yet, of a third of the keys.
  assert.ok(stillSignedIn >= 20, `${stillSignedIn} of 40 are still signed in`)
})

test('a new secret signs out whoever cannot be told of the old one', async () => {
  const contenders = 'cookie,express-session-redis,client-sessions,cookie-session,iron-session'
  assert.deepEqual(outcomesOf(await strike(contenders, 'secret-rotated')), [
    ['cookie', 40, 0],
    ['express-session-redis', 40, 0],
    ['client-sessions', 0, 0],
    ['cookie-session', 40, 0],
    ['iron-session', 40, 0],
  ])
})

test('a rolling deploy fails no request, but signs out whom only one server knows', async () => {
  const rows = await strike('memory,cookie', 'rolling-deploy')
  assert.deepEqual(outcomesOf(rows), [
    ['memory', 0, 0],
    ['cookie', 40, 0],
  ])
  const [memory, cookie] = rows as [Restart, Restart]
  assert.match(memory.note, /^0 of \d+ requests failed, .* [1-9]\d* were answered as signed out$/)
  assert.doesNotMatch(cookie.note, /^[1-9]|signed out/)
})

test('a clock that is a minute off signs nobody out, and what is written there is known where it is behind', async () => {
  const rows = await strike('redis,cookie,client-sessions', 'clock-off')
  assert.deepEqual(outcomesOf(rows), [
    ['redis', 40, 0],
    ['cookie', 40, 0],
    ['client-sessions', 40, 0],
  ])
  for (const { contender, acknowledgedWritesLost, note } of rows) {
    assert.equal(acknowledgedWritesLost, 0, contender)
    assert.doesNotMatch(note, /refused/)
  }
})

test('a write after the fault is counted as refused, kept or lost', async () => {
  const [here, there] = await Promise.all([startServer('cookie'), startServer('cookie')])
  try {
    const alice = newClient('alice')
    await signIn(here, alice)
    const before = { ...alice }
    assert.equal(await writeAgain(here, [alice, newClient('bob')]), 1)
    const lost = async (client: typeof alice) =>
      (await countSignedIn([here, there], [client], performance.now())).acknowledgedWritesLost
    assert.equal(await lost(alice), 0)
    assert.equal(await lost({ ...before, counter: alice.counter }), 1)
  } finally {
    await Promise.all([here.kill(), there.kill()])
  }
})

test('only whom every server knows counts as signed in, and who is taken for another is counted', async () => {
  const [knows, knowsNot] = await Promise.all([startServer('memory'), startServer('memory')])
  const impostor = createServer((_req, res) => res.end('{"user":"bob","counter":0}')).listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  const mistakes = { ...knows, port: (impostor.address() as AddressInfo).port }
  try {
    const alice = newClient('alice')
    await signIn(knows, alice)
    const counts = (...servers: ServerProcess[]) =>
      countSignedIn(servers, [{ ...alice }], performance.now()).then(row => [
        row.stillSignedIn,
        row.wrongUser,
      ])
    assert.deepEqual(await counts(knows), [1, 0])
    assert.deepEqual(await counts(knows, knowsNot), [0, 0])
    assert.deepEqual(await counts(knows, mistakes), [0, 1])
    assert.deepEqual(await counts(), [0, 0])
  } finally {
    impostor.close()
    impostor.closeAllConnections()
    await Promise.all([knows.kill(), knowsNot.kill()])
  }
})

test('a server has one clock, which may be off from the start or be turned, however it is asked for', async () => {
  const contender = 'client-sessions' // for an hour; asks `new Date()` when it issues, `Date.now()` when it checks
  const clockOffMs = 5_400_000
  const servers = [startServer(contender), startServer(contender, { clockOffMs }), startServer(contender)]
  const [right, ahead, turned] = (await Promise.all(servers)) as [ServerProcess, ServerProcess, ServerProcess]
  try {
    const alice = newClient('alice')
    await signIn(right, alice)
    assert.equal((await ask(turned, 'GET', '/read', { ...alice })).user, 'alice')
    await turned.advance(clockOffMs)
    for (const server of [ahead, turned]) {
      const bob = newClient('bob')
      await signIn(server, bob)
      assert.equal((await ask(server, 'GET', '/read', { ...alice })).user, null)
      assert.equal((await ask(server, 'GET', '/read', { ...bob })).user, 'bob')
    }
  } finally {
    await Promise.all([right, ahead, turned].map(server => server.kill()))
  }
})
