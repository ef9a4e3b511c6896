import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { findResgate, startResgate } from '@sojourn/testbed'
import { settings } from './settings.ts'

export interface ProvidedGateway extends AsyncDisposable {
  readonly url: string
  /** Where it comes from. */
  readonly origin: string
  /** Starts it again, once it has ended. Null if it is not ours. */
  readonly restart: (() => Promise<void>) | null
}

/** The Resgate of `RESGATE_URL`; else one of our own, by the program or by Docker; else one that may come later. */
export async function provideGateway(natsUrl: string): Promise<ProvidedGateway> {
  if (process.env.RESGATE_URL) return expectGateway('named by RESGATE_URL')
  if (findResgate() !== null) {
    const gateway = await startResgate(natsUrl)
    return {
      url: gateway.url,
      origin: 'started by this demo',
      restart: () => gateway.restart(),
      [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
    }
  }
  if (await hasDocker()) return startDocker(natsUrl)
  const { message } = await startResgate(natsUrl).then(
    () => new Error(),
    (error: Error) => error,
  )
  console.log(`${message}\nAnd start it: ${commandFor(natsUrl)}`)
  return expectGateway('not there yet')
}

const expectGateway = (origin: string): ProvidedGateway => ({
  url: settings.gatewayUrl,
  origin,
  restart: null,
  async [Symbol.asyncDispose]() {},
})

function commandFor(natsUrl: string): string {
  const { hostname, port } = new URL(settings.gatewayUrl)
  return `resgate --nats ${natsUrl} --addr ${hostname} --port ${port}`
}

/** Whether an engine answers. */
async function hasDocker(): Promise<boolean> {
  try {
    await promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 3000 })
    return true
  } catch {
    return false
  }
}

async function startDocker(natsUrl: string): Promise<ProvidedGateway> {
  const isLinux = process.platform === 'linux'
  const hostNats = new URL(natsUrl)
  if (!isLinux) hostNats.hostname = 'host.docker.internal' // elsewhere the engine is in a machine of its own
  const network = isLinux ? ['--network', 'host'] : ['--publish', '127.0.0.1:8080:8080']
  const address = isLinux ? ['--addr', '127.0.0.1'] : []
  const args = [
    'run',
    '--rm',
    ...network,
    'resgateio/resgate',
    '--nats',
    hostNats.href,
    '--port',
    '8080',
    ...address,
  ]
  let child: ChildProcess | null = null
  const end = async () => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM') // which docker passes on
    await exited
  }
  const restart = async () => {
    await end()
    child = spawn('docker', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  await restart()
  return {
    url: 'ws://127.0.0.1:8080',
    origin: 'started by this demo, in Docker',
    restart,
    [Symbol.asyncDispose]: end,
  }
}
