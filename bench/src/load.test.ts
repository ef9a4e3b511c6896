import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { measurePaced } from './latency.ts'
import { type LoadProcess, startLoadProcess } from './load-process.ts'
import type { ServerProcess } from './server-process.ts'
import { measure, type Scenario, scenarios } from './throughput.ts'

describe('the load generator', () => {
  let loader: LoadProcess
  before(() => {
    loader = startLoadProcess()
  })
  after(() => loader.kill())

  const [read] = scenarios as [(typeof scenarios)[number]]
  const usage = async () => ({ cpuMicros: 0, requests: 0, rssBytes: 0, sessions: null, longestPauseMs: 0 })
  const alice = { cookie: 'session=a', user: 'alice', counter: 1 }
  /** Whose connection is closed each time. */
  const closed = { ...alice, cookie: 'session=closed' }

  async function measureAnswering(status: number, body: object, rival = alice): Promise<void> {
    const server = createServer(({ headers, socket }, res) => {
      if (headers.cookie === closed.cookie) return void socket.end()
      res.writeHead(status).end(JSON.stringify(body))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const fake = { contender: 'memory', port, usage } as unknown as ServerProcess
    try {
      await measure(read, fake, loader, [[alice], [rival]], 0.1)
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

  test('refuses a connection that is closed without an answer, again and again', () =>
    assert.rejects(
      measureAnswering(200, { user: 'alice', counter: 1 }, closed),
      /a connection got no answer in 12 s/,
    ))

  /** What one client asked for, of a server that does as it is told. */
  async function askedIn(name: string, users: (string | null)[] = []) {
    const scenario = scenarios.find(scenario => scenario.name === name) as Scenario
    const asked: {
      readonly path: string
      readonly user: string | null
      readonly cookie: string | undefined
    }[] = []
    let counter = 1
    const server = createServer(({ url, headers }, res) => {
      const { pathname, searchParams } = new URL(String(url), 'http://localhost')
      const user = searchParams.get('user')
      asked.push({ path: pathname, user, cookie: headers.cookie })
      if (pathname === '/write') counter++
      if (pathname === '/login') counter = 0
      const answer = { user: users[asked.length] ?? user ?? alice.user, counter }
      const setCookie = pathname === '/login' ? { 'set-cookie': `session=${asked.length}` } : {}
      res.writeHead(200, setCookie).end(JSON.stringify(pathname === '/logout' ? {} : answer))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const fake = { contender: 'memory', port, usage } as unknown as ServerProcess
    const client = scenario.isSignedIn ? { ...alice } : { cookie: null, user: null, counter: 0 }
    try {
      await measure(scenario, fake, loader, [[client]], 1)
      return asked
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  test('asks for a mix in its order, and for each page with the cookie of the last sign-in', async () => {
    const asked = await askedIn('mixed')
    const { requests } = scenarios.find(({ name }) => name === 'mixed') as Scenario
    const share = (name: string) => requests.filter(request => request === name).length
    assert.deepEqual(['read', 'write', 'login', 'logout'].map(share), [90, 8, 1, 1])
    assert.ok(asked.length > 60, `only ${asked.length} requests in all this time`)
    let cookie = String(alice.cookie)
    for (const [index, request] of asked.entries()) {
      assert.equal(request.path, `/${requests[index % 100]}`)
      assert.equal(request.cookie, cookie)
      if (request.path === '/login') cookie = `session=${index + 1}`
    }
  })

  test('signs a new user in with each request, who has no cookie yet', async () => {
    const asked = await askedIn('login')
    assert.equal(new Set(asked.map(({ user }) => user)).size, asked.length)
    assert.ok(asked.length > 1 && asked.every(({ cookie }) => cookie === undefined))
  })

  test('refuses an answer to a sign-in that names another user', () =>
    assert.rejects(askedIn('login', [null, null, null, 'mallory']), /user-\d+ .* was answered .*mallory/))

  describe('at a fixed rate', () => {
    const effort = { concurrency: 2, sessionBytes: 200, seconds: 1 }

    async function pace(answer: (respond: (status?: number) => void, index: number) => void) {
      let asked = 0
      const server = createServer(({ url, headers }, res) => {
        if (url?.startsWith('/login')) {
          const user = String(new URL(url, 'http://localhost').searchParams.get('user'))
          res.setHeader('set-cookie', `user=${user}`).end('{}')
          return
        }
        const body = JSON.stringify({ user: headers.cookie?.slice('user='.length), counter: 0 })
        answer((status = 200) => res.writeHead(status, { 'content-length': body.length }).end(body), asked++)
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const fake = { contender: 'memory', port: (server.address() as AddressInfo).port, usage }
      try {
        return { ...(await measurePaced(fake as unknown as ServerProcess, 500, loader, effort)), asked }
      } finally {
        server.closeAllConnections()
        server.close()
      }
    }

    test('a stall counts for all who would have asked meanwhile, not for those who could', async () => {
      let until = 0
      const report = await pace((respond, index) => {
        if (index === 100) until = performance.now() + 500
        setTimeout(respond, Math.max(0, until - performance.now()))
      })
      assert.deepEqual([report.asked, report.requests], [500, 500])
      // Half of all were due in the half second: two were asked. A tenth of all waited for at least 300 ms of it.
      assert.ok(report.p90Ms > 250 && report.maxMs >= 490, JSON.stringify(report))
    })

    test('no answer is a wrong answer, and neither is an error', async () => {
      await assert.rejects(
        pace((respond, index) => respond(index === 50 ? 500 : 200)),
        /memory, at 500 requests\/s: status 500/,
      )
      const closed = pace((respond, index) => (index < 50 ? respond() : undefined))
      await assert.rejects(closed, /4\d\d of 500 requests got no answer/)
    })
  })
})
