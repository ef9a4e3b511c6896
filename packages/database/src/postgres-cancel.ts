import { once } from 'node:events'
import { connect } from 'node:net'
import type { PostgresClient } from './postgres-pool.ts'

/**
 * Asks the server to end what a connection is at: the loss of a connection does not end a statement that waits for a
 * lock. Fulfilled once the server has seen to it, refuses to, or
 * did not within `patienceMs`.
 *
 * Not by SQL, which needs one more of the connections that may all be taken, and would name a stranger's behind a pooler.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function cancel(client: PostgresClient, patienceMs: number): Promise<void> {
  const { host = 'localhost', port = 5432, processID, secretKey } = client
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return
  const request = Buffer.alloc(16)
  for (const [n, word] of [request.length, 80877102, processID, secretKey].entries()) {
    request.writeInt32BE(word, 4 * n)
  }
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  socket.on('error', () => {})
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.resume().end(request)
  await once(socket, 'close').catch(() => {})
}
