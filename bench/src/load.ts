// The load generator, as a process of its own. It checks every answer.
import { createHistogram } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { keepCookies } from './cookies.ts'
import type { Client, Load, LoadReport, SignIn } from './load-process.ts'
import { nobody } from './nobody.ts'

process.on('message', async (request: Load | SignIn) => {
  process.send?.('count' in request ? await signIn(request) : await load(request))
})
process.on('disconnect', () => process.exit())

async function load(request: Load): Promise<LoadReport> {
  const { port, path, method, seconds, isOnce, connections, isOneUser } = request
  const latency = createHistogram()
  let bytes = 0
  let wrong: string | null = null
  let next = 0

  function isRight(body: string, client: Client): boolean {
    if (isOneUser) return body.startsWith(`{"user":"${nobody}",`)
    if (method === 'POST') client.counter++
    return body === JSON.stringify({ user: client.user, counter: client.counter })
  }

  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const run = autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    method,
    connections: connections.length,
    ...(isOnce ? { amount: connections.flat().length } : { duration: seconds }),
    sampleInt: 100,
    setupClient(connection) {
      const clients = connections[next++] as readonly Client[]
      let turn = 0
      connection.setRequests(clients.map(client => ({ headers: headersOf(client) })))
      connection.on('headers', answer => {
        const client = clients[turn % clients.length] as Client
        const cookie = cookieAfter(client.cookie, answer.headers)
        if (cookie === client.cookie) return
        client.cookie = cookie
        connection.setHeaders(headersOf(client)) // of the request that this answers
      })
      connection.opts.verifyBody = body => {
        const client = clients[turn++ % clients.length] as Client
        if (!isRight(body, client))
          wrong ??= `${client.user} (counter ${client.counter}) was answered ${body}`
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

async function signIn({ port, count, firstUser, fillerBytes, every }: SignIn): Promise<Client[]> {
  const clients: Client[] = []
  let next = firstUser
  const { non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: Math.min(count, 32),
    amount: count,
    sampleInt: 100,
    setupClient(connection) {
      let user = 0
      const setupRequest = (request: autocannon.Request) => {
        user = next++
        return {
          ...request,
          method: 'POST',
          path: `/login?user=${userName(user)}&fillerBytes=${fillerBytes}`,
        }
      }
      connection.setRequests([{ setupRequest }])
      connection.on('headers', answer => {
        if (user % every !== 0) return
        clients.push({ cookie: cookieAfter(null, answer.headers), user: userName(user), counter: 0 })
      })
    },
  })
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} of ${count} users could not sign in`)
  if (every === 1 && clients.length !== count) throw new Error(`only ${clients.length} of ${count} signed in`)
  return clients
}

const userName = (number: number) => `user-${String(number).padStart(7, '0')}`

const headersOf = ({ cookie }: Client): Record<string, string> => (cookie === null ? {} : { cookie })

/** What to send after an answer with these raw headers. */
function cookieAfter(held: string | null, rawHeaders: readonly string[]): string | null {
  const setCookies: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'set-cookie') setCookies.push(rawHeaders[index + 1] ?? '')
  }
  return setCookies.length === 0 ? held : keepCookies(held, setCookies)
}
