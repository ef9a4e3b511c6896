import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type LoadProcess, startLoadProcess } from './load-process.ts'
import { runBriefly } from './run.fixture.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { measure, measureThroughput, type Scenario, scenarios } from './throughput.ts'
import { newClient } from './visit.ts'

const firstRead = scenarios.find(({ isFirst }) => isFirst) as Scenario

let loader: LoadProcess
before(() => {
  loader = startLoadProcess()
})
after(() => loader.kill())

test('a first page view is measured where servers share sessions, beside the later ones', async () => {
  const options = ['--only', 'memory,cookie', '--scenario', 'read,first-read']
  const { results, printed } = await runBriefly(...options)
  const measured = results.throughput.map(({ scenario, contender }) => `${scenario} ${contender}`)
  assert.deepEqual(measured, [
    ...['read none', 'read memory', 'read cookie'],
    ...['first-read none', 'first-read cookie'],
  ])
  assert.match(printed, /the first time\?.*\n +contender +CPU µs +overhead +store µs +and later\n/)
})

test('the server that is measured is not the one that signed its clients in', async () => {
  const servers = [await startServer('none'), await startServer('cookie')]
  const unmeasured = servers.map(server => ({ ...server, usage: () => assert.fail('it signed them in') }))
  const effort = { rounds: 1, seconds: 0.1, warmUp: 1, concurrency: 2, sessionBytes: 200 }
  try {
    const rows = await measureThroughput(firstRead, unmeasured, loader, effort, () => {})
    assert.equal(rows.length, 2)
  } finally {
    await Promise.all(servers.map(server => server.kill()))
  }
})

test('no client asks twice', async () => {
  const clients = Array.from({ length: 6 }, (_, index) => ({
    ...newClient(`user-${index}`),
    cookie: `session=${index}`,
  }))
  const asked: (string | undefined)[] = []
  const server = createServer((req, res) => {
    asked.push(req.headers.cookie)
    res.end(`{"user":"user-${req.headers.cookie?.slice('session='.length)}","counter":0}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const usage = async () => ({ cpuMicros: 0, rssBytes: 0, sessions: null, longestPauseMs: 0 })
  const fake = { contender: 'cookie', port, usage } as unknown as ServerProcess
  try {
    await measure(firstRead, fake, loader, [clients.slice(0, 3), clients.slice(3)], 0.1)
    assert.deepEqual(
      asked.toSorted(),
      clients.map(({ cookie }) => cookie),
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
