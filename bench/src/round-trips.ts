import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { fillerBytesOf } from './clients.ts'
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

/** What goes between a server and its store for one request of one client; null where it cannot be counted. */
export interface Trips {
  /** Messages to the store. */
  readonly storeRoundTrips: number | null
  /** Both ways. */
  readonly storeBytes: number | null
}

export const noTrips: Trips = { storeRoundTrips: null, storeBytes: null }

/**
 * Counted on the wire between a server and its store, one request after the other. Nulls where there is no such wire, or
 * more than one.
 */
export async function countRoundTrips(
  contender: ContenderName,
  address: string,
  { requests: names, isSignedIn }: Scenario,
  sessionBytes: number,
): Promise<Trips> {
  const kind = storeOf(contender)
  if (kind === null || kind === 'folder' || kind === 'redis-cluster' || !canTap(address)) return noTrips
  await using wire = await tap(address)
  const server = await startServer(contender, { store: wire.address })
  try {
    const client = newClient('traveller')
    const fillerBytes = fillerBytesOf(sessionBytes)
    await signIn(server, client, fillerBytes)
    const total = Math.max(leastRequests, names.length)
    const [messages, bytes] = [wire.messages(), wire.bytes()]
    for (let turn = 0; turn < total; turn++) {
      const name = names[turn % names.length] as RequestName
      const { method, path } = requests[name]
      const asking = isSignedIn ? client : { ...client, cookie: null }
      const query = `user=${client.user}&fillerBytes=${fillerBytes}`
      const { user } = await ask(server, method, `${path}?${query}`, asking)
      if (isSignedIn && ['read', 'write'].includes(name) && user !== client.user)
        throw new WrongAnswer(`${contender}, while trips are counted: ${client.user} was answered as ${user}`)
    }
    return {
      storeRoundTrips: (wire.messages() - messages) / total,
      storeBytes: (wire.bytes() - bytes) / total,
    }
  } finally {
    await server.kill()
  }
}

/** Not if it is encrypted. */
export const canTap = (address: string) => new URL(address).protocol in defaultPorts

/** A way to a server that counts what is sent to it, and the bytes of all that goes either way. */
export async function tap(address: string) {
  const url = new URL(address)
  const host = url.hostname
  const port = Number(url.port) || (defaultPorts[url.protocol] as number)
  let [messages, bytes] = [0, 0]
  const relay = createServer({ noDelay: true }, client => {
    const target = connect({ port, host, noDelay: true })
    client.on('data', chunk => {
      messages++
      bytes += chunk.length
    })
    target.on('data', chunk => {
      bytes += chunk.length
    })
    client.on('error', () => target.destroy())
    target.on('error', () => client.destroy())
    client.pipe(target).pipe(client)
  })
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  url.host = `127.0.0.1:${(relay.address() as AddressInfo).port}`
  return {
    address: url.href,
    messages: () => messages,
    bytes: () => bytes,
    async [Symbol.asyncDispose]() {
      relay.close()
    },
  }
}
