import { setTimeout } from 'node:timers/promises'
import { keepCookies } from './cookies.ts'
import type { Client } from './load-process.ts'
import type { ServerProcess } from './server-process.ts'

export interface Answer {
  readonly user: string | null
  readonly counter: number
}

/** Of one request. */
const patienceMs = 10_000
const parallel = 32

export const newClient = (user: string): Client => ({ cookie: null, user, counter: 0 })

/** Rejects if there is no good answer. */
export function signIn(server: ServerProcess, client: Client, fillerBytes = 100): Promise<Answer> {
  return ask(server, 'POST', `/login?user=${client.user}&fillerBytes=${fillerBytes}`, client)
}

/** One request of a client, which keeps the cookies that it is given. Rejects if there is no good answer. */
export async function ask(
  { port }: ServerProcess,
  method: 'GET' | 'POST',
  path: string,
  client: Client,
): Promise<Answer> {
  const headers = client.cookie === null ? {} : { cookie: client.cookie }
  const signal = AbortSignal.timeout(patienceMs)
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, signal })
  const body = await response.text()
  if (!response.ok) throw new Error(`${method} ${path.split('?')[0]}: status ${response.status}: ${body}`)
  client.cookie = keepCookies(client.cookie, response.headers.getSetCookie())
  return JSON.parse(body)
}

/** Asks for the client's page until there is a good answer; null if there is none before `end`. */
export async function askUntilAnswered(
  server: ServerProcess,
  client: Client,
  end: number,
): Promise<Answer | null> {
  for (;;) {
    try {
      return await ask(server, 'GET', '/read', client)
    } catch {
      if (performance.now() > end) return null
      await setTimeout(20)
    }
  }
}

export async function forEachInParallel<T>(
  items: Iterable<T>,
  visit: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  const work = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await visit(next.value)
  }
  await Promise.all(Array.from({ length: parallel }, work))
}
