import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { provideProgram } from './program.ts'
import { createFolder, type Server, startServer } from './server.ts'

/** The `nats-server` named by `NATS_SERVER`, else the one on the path, else Debian's, installed on the spot. */
export async function startNats(): Promise<Server> {
  const program = await provideProgram({
    names: ['nats-server', '/usr/sbin/nats-server'],
    debianPackage: 'nats-server',
    commands: { fedora: 'sudo dnf install nats-server', macos: 'brew install nats-server' },
    variable: 'NATS_SERVER',
    docker: {
      command: 'docker run --rm -p 127.0.0.1:4222:4222 nats',
      variable: 'NATS_URL',
      url: 'nats://127.0.0.1:4222',
    },
  })
  const name = randomUUID()
  return startServer({
    folder: createFolder('nats'),
    url: port => `nats://127.0.0.1:${port}`,
    command: async port => [program, '--addr', '127.0.0.1', '--port', `${port}`, '--name', name],
    async answers(port) {
      // It speaks first: `INFO {"server_name":…}`.
      const socket = connect(port, '127.0.0.1').setTimeout(1000, () => socket.destroy())
      try {
        const [info] = await once(socket, 'data')
        return `${info}`.includes(name)
      } finally {
        socket.destroy()
      }
    },
  })
}
