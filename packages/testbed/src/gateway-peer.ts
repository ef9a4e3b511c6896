/*
 * Run by gateway.ts, in a process of its own: says what Resgate 1.8 says, to services and to clients. Models only:
 * no collections, references, queries, `new`, HTTP.
 */
import { connect } from '@nats-io/transport-node'
import { WebSocketServer } from 'ws'
import { PeerBus } from './peer-bus.ts'
import { PeerCache } from './peer-cache.ts'
import { PeerConnection } from './peer-connection.ts'

const [natsUrl = '', port] = process.argv.slice(2)
const nats = await connect({ servers: natsUrl, reconnect: false })
const bus = new PeerBus(nats)
const cache = new PeerCache(bus)
const connections = new Set<PeerConnection>()

bus.listen('system', (event, data) => {
  if (event === 'reset') cache.reset(data ?? {})
  if (event === 'tokenReset') resetTokens(data ?? {})
})

function resetTokens({ tids = [], subject = '' }: { tids?: string[]; subject?: string }): void {
  if (!Array.isArray(tids) || subject === '') throw new TypeError('No tids, or no subject')
  for (const connection of connections) connection.resetToken(new Set(tids), subject)
}

new WebSocketServer({ host: '127.0.0.1', port: Number(port), path: '/' }).on(
  'connection',
  (socket, request) => {
    const connection = new PeerConnection(socket, request, bus, cache)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  },
)

const reason = await nats.closed()
console.error('NATS is lost.', reason)
process.exit(1)
