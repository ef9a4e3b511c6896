import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A TCP proxy on 127.0.0.1 that can be told to be a bad network. */
export interface Proxy extends AsyncDisposable {
  /** The target's, by way of the proxy. */
  readonly url: string
  readonly port: number
  /** How many clients' connections are open. */
  readonly connections: number
  /** From now on each chunk comes so many milliseconds late, in both directions. Their order is kept. */
  delay(ms: number): void
  /** Resets all connections, and each new one. */
  cut(): void
  /** Accepts connections, but lets nothing pass and closes nothing, whatever either end does. */
  blackHole(): void
  /** Undoes `delay`, `cut` and `blackHole`. Connections of the black hole stay silent, as after a lost NAT entry. */
  heal(): void
}

/** To a server on 127.0.0.1. */
export async function startProxy(target: { readonly url: string }): Promise<Proxy> {
  const url = new URL(target.url)
  const targetPort = Number(url.port)
  const links = new Set<Link>()
  let state: 'passes' | 'cut' | 'black hole' = 'passes'
  let delayMs = 0

  const server = createServer({ allowHalfOpen: true, noDelay: true }, client => {
    client.on('error', () => {})
    if (state === 'cut') return void client.resetAndDestroy()
    const link = new Link(client, state === 'black hole' ? null : targetPort, () => delayMs)
    links.add(link)
    client.on('close', () => links.delete(link))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const reset = () => links.forEach(link => void link.reset())
  const { port } = server.address() as AddressInfo
  url.port = `${port}`

  return {
    url: url.href,
    port,
    get connections() {
      return links.size
    },
    delay(ms) {
      delayMs = ms
    },
    cut() {
      state = 'cut'
      reset()
    },
    blackHole() {
      state = 'black hole'
      for (const link of links) link.silence()
    },
    heal() {
      state = 'passes'
      delayMs = 0
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      reset()
      await closed
    },
  }
}

/** One client's connection and ours to the target: null if it is never to reach one. */
class Link {
  readonly #sockets: Socket[]
  #isSilent = false

  constructor(client: Socket, targetPort: number | null, delayMs: () => number) {
    if (targetPort === null) {
      this.#sockets = [client.resume()]
      return
    }
    const target = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    target.on('error', () => {})
    this.#sockets = [client, target]
    this.#carry(client, target, delayMs)
    this.#carry(target, client, delayMs)
  }

  silence(): void {
    this.#isSilent = true
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  #carry(from: Socket, to: Socket, delayMs: () => number): void {
    let last = Promise.resolve()
    const later = (act: () => void) => {
      const due = Date.now() + delayMs()
      last = last.then(async () => {
        const ms = due - Date.now()
        if (ms > 0) await setTimeout(ms)
        if (!this.#isSilent) act()
      })
    }
    from.on('data', chunk => later(() => void to.write(chunk)))
    from.on('end', () => later(() => void to.end()))
    from.on('close', hadError => hadError && later(() => void to.resetAndDestroy()))
  }
}
