import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Served {
  /** As `http://127.0.0.1:3001`. */
  readonly url: string
  close(): Promise<void>
}

/** Listens on the loopback interface only; port 0 is any free one. A server is given where there is more than requests. */
export async function serve(listener: RequestListener | Server, port = 0): Promise<Served> {
  const server = typeof listener === 'function' ? createServer(listener) : listener
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections() // browsers keep some open in advance
      await closed
    },
  }
}
