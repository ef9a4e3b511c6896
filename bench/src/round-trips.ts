import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { type ContenderName, storeOf } from './contenders.ts'
import { type RequestName, requests, type Scenario } from './scenarios.ts'
import { startServer } from './server-process.ts'
import { ask, newClient, signIn } from './visit.ts'
import { WrongAnswer } from './wrong-answer.ts'

/** At least: a mix is asked for as a whole. */
const leastRequests = 50
const defaultPorts: Record<string, number> = {
  'redis:': 6379,
  'postgres:': 5432,
  'postgresql:': 5432,
  'mysql:': 3306,
}

/**
 * How often a server speaks to its store for one request of one client, by scenario: counted on the wire between
 * them, one after the other. Null where there is no such wire, or more than one.
 */
export async function countRoundTrips(
  contender: ContenderName,
  address: string,
  scenarios: readonly Scenario[],
): Promise<Map<string, number> | null> {
  const kind = storeOf(contender)
  if (kind === null || kind === 'folder' || kind === 'redis-cluster') return null
  if (!canTap(address)) return null
  await using wire = await tap(address)
  const server = await startServer(contender, { store: wire.address })
  try {
    const client = newClient('traveller')
    await signIn(server, client)
    const counts = new Map<string, number>()
    for (const { name: scenario, requests: names, isSignedIn } of scenarios) {
      const total = Math.max(leastRequests, names.length)
      const before = wire.messages()
      for (let turn = 0; turn < total; turn++) {
        const name = names[turn % names.length] as RequestName
        const { method, path } = requests[name]
        const asking = isSignedIn ? client : { ...client, cookie: null }
        const { user } = await ask(server, method, `${path}?user=${client.user}&fillerBytes=100`, asking)
        if (isSignedIn && ['read', 'write'].includes(name) && user !== client.user)
          throw new WrongAnswer(
            `${contender}, while trips are counted: ${client.user} was answered as ${user}`,
          )
      }
      counts.set(scenario, (wire.messages() - before) / total)
    }
    return counts
  } finally {
    await server.kill()
  }
}

/** Not if it is encrypted. */
export const canTap = (address: string) => new URL(address).protocol in defaultPorts

/** A way to a server that counts what is sent to it. */
export async function tap(address: string) {
  const url = new URL(address)
  const host = url.hostname
  const port = Number(url.port) || (defaultPorts[url.protocol] as number)
  let messages = 0
  const relay = createServer({ noDelay: true }, client => {
    const target = connect({ port, host, noDelay: true })
    client.on('data', () => void messages++)
    client.on('error', () => target.destroy())
    target.on('error', () => client.destroy())
    client.pipe(target).pipe(client)
  })
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  url.host = `127.0.0.1:${(relay.address() as AddressInfo).port}`
  return {
    address: url.href,
    messages: () => messages,
    async [Symbol.asyncDispose]() {
      relay.close()
    },
  }
}
