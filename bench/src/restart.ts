import type { ContenderName } from './contenders.ts'
import type { Client } from './load-process.ts'
import type { Restart } from './results.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const parallel = 32

/**
 * Signs clients in and lets each write, kills the server with SIGKILL, starts it again on the same port, and asks
 * each client's page.
 */
export async function killServer(contender: ContenderName, clientCount: number): Promise<Restart> {
  let server = await startServer(contender)
  try {
    const clients = await signInAndWrite(server, clientCount)
    await server.kill()
    const killedAt = performance.now()
    server = await startServer(contender, server.port)

    let stillSignedIn = 0
    let acknowledgedWritesLost = 0
    let wrongUser = 0
    let firstSuccessMs: number | null = null
    await forEachInParallel(clients, async client => {
      const answer = await ask(server, 'GET', '/read', client)
      if (answer.user === client.user) {
        stillSignedIn++
        firstSuccessMs ??= performance.now() - killedAt
        acknowledgedWritesLost += client.counter - answer.counter
      } else {
        if (answer.user !== null) wrongUser++
        acknowledgedWritesLost += client.counter
      }
    })
    const note = stillSignedIn === 0 ? 'a restart signs everybody out' : ''
    return {
      contender,
      fault: 'server-killed',
      clients: clientCount,
      stillSignedIn,
      acknowledgedWritesLost,
      wrongUser,
      firstSuccessMs,
      note,
    }
  } finally {
    await server.kill()
  }
}

async function signInAndWrite(server: ServerProcess, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, (_, index) => newClient(`user-${index + 1}`))
  await forEachInParallel(clients, async client => {
    await ask(server, 'POST', `/login?user=${client.user}&fillerBytes=100`, client)
    const { user, counter } = await ask(server, 'POST', '/write', client)
    if (user !== client.user || counter !== 1)
      throw new Error(`${client.user} was answered ${user}, ${counter}`)
    client.counter = counter
  })
  return clients
}

const newClient = (user: string): Client => ({ cookie: null, user, counter: 0 })

/** One request of a client, which keeps the cookies that it is given. */
async function ask(
  { port }: ServerProcess,
  method: 'GET' | 'POST',
  path: string,
  client: Client,
): Promise<{ user: string | null; counter: number }> {
  const headers = client.cookie === null ? {} : { cookie: client.cookie }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })
  if (!response.ok) throw new Error(`${method} ${path}: status ${response.status}`)
  const cookies = response.headers.getSetCookie().map(cookie => cookie.split(';')[0])
  if (cookies.length > 0) client.cookie = cookies.join('; ')
  return (await response.json()) as { user: string | null; counter: number }
}

async function forEachInParallel<T>(items: readonly T[], visit: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (const item of rest) await visit(item)
    }),
  )
}
