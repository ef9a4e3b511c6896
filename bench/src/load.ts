// The load generator, as a process of its own. It checks every answer.
import { createHistogram } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { cookieAfter } from './cookies.ts'
import type { Client, Load, LoadReport, PacedLoad, SignIn } from './load-process.ts'
import { pace } from './paced-load.ts'
import { Visitor, visitorName } from './visitor.ts'

/** autocannon looks as often whether it is over: each load, and each sign-in, takes up to so much longer. */
const tickMs = 20

process.on('message', async (request: Load | SignIn | PacedLoad) => {
  const perform = () => {
    if ('requestsPerSecond' in request) return pace(request)
    return 'count' in request ? signIn(request) : load(request)
  }
  process.send?.(await perform())
})
process.on('disconnect', () => process.exit())

async function load(request: Load): Promise<LoadReport> {
  const { port, requests, seconds, isOnce, connections } = request
  const latency = createHistogram()
  let bytes = 0
  let wrong: string | null = null
  let next = 0

  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const run = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: connections.length,
    ...(isOnce ? { amount: connections.flat().length, bailout: 1 } : { duration: seconds }),
    sampleInt: tickMs,
    setupClient(connection) {
      const index = next++
      // Each begins elsewhere in the mix, so that all is asked for at any time.
      const turn = Math.floor((index * requests.length) / connections.length)
      const visitors = (connections[index] as readonly Client[]).map(
        client => new Visitor(client, request, turn),
      )
      let answered = 0
      let asking = 0
      const nextRequest = () => (visitors[asking++ % visitors.length] as Visitor).nextRequest()
      const isAlike = requests.length === 1 && requests[0] !== 'login'
      // What is asked for again and again is made up once; all else when it is due.
      if (isAlike) connection.setRequests(visitors.map(visitor => visitor.nextRequest()))
      else connection.setRequests([{ setupRequest: request => ({ ...request, ...nextRequest() }) }])
      const answering = () => visitors[answered % visitors.length] as Visitor
      connection.on('headers', answer => {
        const visitor = answering()
        try {
          if (visitor.keepCookies(answer.headers) && isAlike) connection.setHeaders(visitor.headers) // of the request that this answers
        } catch (error) {
          wrong ??= (error as Error).message
        }
      })
      connection.opts.verifyBody = body => {
        wrong ??= answering().findFault(body)
        answered++
        return true
      }
    },
  })
  run.on('response', (_connection: unknown, status: number, size: number, ms: number) => {
    if (status !== 200) wrong ??= `status ${status}`
    bytes += size
    latency.record(Math.max(1, Math.round(ms * 1000)))
  })
  const { errors } = await run
  const { user, system } = process.cpuUsage(cpuBefore)
  const took = (performance.now() - startedAt) / 1000
  if (errors > 0) wrong ??= `${errors} requests got no answer`
  return {
    requests: latency.count,
    seconds: took,
    p50Ms: latency.percentile(50) / 1000,
    p99Ms: latency.percentile(99) / 1000,
    responseBytes: bytes / latency.count,
    loaderBusy: (user + system) / 1e6 / took,
    wrong,
  }
}

async function signIn({ port, count, firstUser, fillerBytes, every }: SignIn) {
  const clients: Client[] = []
  let wrong: string | null = null
  let next = firstUser
  const { non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: Math.min(count, 32),
    amount: count,
    bailout: 1,
    sampleInt: tickMs,
    setupClient(connection) {
      let user = 0
      const setupRequest = (request: autocannon.Request) => {
        user = next++
        return {
          ...request,
          method: 'POST',
          path: `/login?user=${visitorName(user)}&fillerBytes=${fillerBytes}`,
        }
      }
      connection.setRequests([{ setupRequest }])
      connection.on('headers', answer => {
        if (user % every !== 0) return
        try {
          clients.push({ cookie: cookieAfter(null, answer.headers), user: visitorName(user), counter: 0 })
        } catch (error) {
          wrong ??= (error as Error).message
        }
      })
    },
  })
  if (non2xx + errors > 0) wrong ??= `${non2xx + errors} of ${count} users could not sign in`
  if (every === 1 && clients.length !== count) wrong ??= `only ${clients.length} of ${count} signed in`
  return { clients, wrong }
}
