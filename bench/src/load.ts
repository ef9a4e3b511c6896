// The load generator, as a process of its own. It checks every answer.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'
import { cookieAfter } from './cookies.ts'
import type { Client, GoOn, Load, LoadReport, PacedLoad, SignIn } from './load-process.ts'
import { pace } from './paced-load.ts'
import { Tally } from './tally.ts'
import { Visitor, visitorName } from './visitor.ts'

/** autocannon looks as often whether it is over: each load, and each sign-in, takes up to so much longer. */
const tickMs = 20
/** A little more than autocannon waits for an answer: only connections that are closed without one come to the end of it. */
const beginWithinMs = 12_000
/** A load is ended, and never comes to that. */
const longestSeconds = 3600

process.on('message', async (request: Load | SignIn | PacedLoad | GoOn) => {
  if ('goOn' in request) return
  const perform = () => {
    if ('requestsPerSecond' in request) return pace(request)
    return 'count' in request ? signIn(request) : load(request)
  }
  process.send?.(await perform())
})
process.on('disconnect', () => process.exit())

/** Between the two times that it waits for word, all connections are open, and none is waited for. */
async function load(request: Load): Promise<LoadReport> {
  const { seconds, isOnce, connections } = request
  const tally = new Tally(connections.length)
  if (isOnce) {
    await word()
    tally.start()
  }
  const run = startLoad(request, tally)
  if (isOnce) {
    await run
  } else {
    const begins = tally.hasBegun.then(() => true)
    if (!(await Promise.race([begins, setTimeout(beginWithinMs, false)])))
      tally.fail(`a connection got no answer in ${beginWithinMs / 1000} s`)
    await word()
    tally.start()
    await Promise.race([tally.hasFailed, setTimeout(seconds * 1000)])
  }
  const report = tally.report()
  await word()
  run.stop()
  await run
  return report
}

/** Tells the harness, which reads the server's clock then, and waits until it has. */
async function word(): Promise<void> {
  const told = once(process, 'message')
  process.send?.({ waits: true })
  await told
}

function startLoad(request: Load, tally: Tally) {
  const { port, requests, isOnce, connections } = request
  let next = 0
  const run = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: connections.length,
    ...(isOnce ? { amount: connections.flat().length, bailout: 1 } : { duration: longestSeconds }),
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
          tally.fail((error as Error).message)
        }
      })
      connection.opts.verifyBody = body => {
        const fault = answering().findFault(body)
        if (fault !== null) tally.fail(fault)
        answered++
        return true
      }
    },
  })
  run.on('reqError', (error: Error) => tally.fail(`a request got no answer: ${error.message}`))
  run.on('response', (connection: object, status: number, size: number, ms: number) => {
    if (status !== 200) tally.fail(`status ${status}`)
    tally.take(connection, size, ms)
  })
  return run
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
