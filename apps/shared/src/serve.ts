import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Served {
  /** As `http://127.0.0.1:3001`. */
  readonly url: string
  close(): Promise<void>
}

/** Listens on the loopback interface only; port 0 is any free one. */
export async function serve(listener: RequestListener, port = 0): Promise<Served> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
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
