import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { BlockList, connect, isIP } from 'node:net'

/** Where an application is, as it was looked up once. */
export interface Place {
  /** As `http://localhost:3000`. */
  readonly origin: string
  /** As `localhost:3000`: the name in tables. */
  readonly name: string
  readonly address: string
  readonly port: number
  readonly isLoopback: boolean
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const isLoopback = (address: string) => loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/**
 * Looks the host up. Only its first address that takes a connection is spoken to from then on.
 *
 * @throws {Error} if it is not this machine, unless `isOwned`, or if nobody listens
 */
export async function findPlace(url: URL, isOwned: boolean): Promise<Place> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const found = await lookup(hostname, { all: true }).catch(() => [])
  if (found.length === 0) throw new Error(`There is no host ${hostname}.`)
  const addresses = found.map(({ address }) => address)
  const elsewhere = addresses.find(address => !isLoopback(address))
  if (elsewhere !== undefined && !isOwned)
    throw new Error(
      `${hostname} is ${elsewhere}, and that is not this machine. As many requests as a server can bear, and stolen ` +
        'cookies, are an attack on whoever did not ask for them. If the host is yours, and nobody else depends on it ' +
        'now, add --i-own-this-host.',
    )
  for (const address of addresses) {
    if (!(await isListening(address, port))) continue
    const name = `${url.hostname}:${port}`
    return { origin: url.origin, name, address, port, isLoopback: elsewhere === undefined }
  }
  throw new Error(`Nobody listens at ${url.origin}: start the application first.`)
}

async function isListening(address: string, port: number): Promise<boolean> {
  const socket = connect({ host: address, port, signal: AbortSignal.timeout(5000) })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
