import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from '@nats-io/transport-node'
import { WebSocket } from 'ws'
import { findProgram } from './program.ts'
import { createFolder, type Server, startServer } from './server.ts'

/** Between web clients and services on NATS. Ends when it loses NATS. `url` is `ws://127.0.0.1:10123`. */
export interface Gateway extends Server {
  readonly kind: 'resgate' | 'peer'
}

/** The real Resgate if there is one, else the peer. */
export function startGateway(natsUrl: string): Promise<Gateway> {
  return findResgate() === null ? startGatewayPeer(natsUrl) : startResgate(natsUrl)
}

/** The `resgate` named by `RESGATE`, else the one on the path. */
export function findResgate(): string | null {
  return process.env.RESGATE || findProgram(['resgate'])
}

export async function startResgate(natsUrl: string): Promise<Gateway> {
  const program = findResgate()
  if (program === null) {
    throw new Error(
      'There is no resgate on this machine. Get it:\n' +
        '  Release  https://github.com/resgateio/resgate/releases\n' +
        '  Go       go install github.com/resgateio/resgate@latest\n' +
        '  Docker   the binary out of the image resgateio/resgate\n' +
        'and put it on the path, or say where it is: RESGATE=/path/to/resgate',
    )
  }
  return start('resgate', natsUrl, port => [
    program,
    '--nats',
    natsUrl,
    '--addr',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--wspath',
    '/',
    '--reqtimeout',
    '3000',
  ])
}

/** A process of ours that says what Resgate says, to services and to clients, in what a session needs. */
export function startGatewayPeer(natsUrl: string): Promise<Gateway> {
  const file = `${import.meta.dirname}/gateway-peer.ts`
  return start('peer', natsUrl, port => [process.execPath, file, natsUrl, `${port}`])
}

async function start(
  kind: Gateway['kind'],
  natsUrl: string,
  command: (port: number) => readonly [string, ...string[]],
): Promise<Gateway> {
  const server = await startServer({
    folder: createFolder(`gateway-${kind}`),
    url: port => `ws://127.0.0.1:${port}`,
    command: async port => command(port),
    answers: port => relays(port, natsUrl),
  })
  return Object.assign(server, { kind })
}

/** Whether what a client says there is heard on this NATS. */
async function relays(port: number, natsUrl: string): Promise<boolean> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { handshakeTimeout: 1000 })
  await once(socket, 'open')
  const nats = await connect({ servers: natsUrl, reconnect: false, timeout: 1000 })
  try {
    const subject = `auth.testbed-${randomUUID()}.hello`
    const heard = nats.subscribe(subject, { max: 1, timeout: 1000 })
    await nats.flush()
    socket.send(JSON.stringify({ id: 1, method: subject }))
    for await (const _ of heard) return true
    return false
  } finally {
    socket.terminate()
    await nats.close()
  }
}
