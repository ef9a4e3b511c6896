import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type LoadProcess, startLoadProcess } from './load-process.ts'
import type { ServerProcess } from './server-process.ts'
import { measure, scenarios } from './throughput.ts'

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
