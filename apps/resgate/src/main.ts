/* Starts the three parts, each as a process of its own, and what they need. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { startNats } from '@sojourn/testbed'
import { keepUp } from './keep-up.ts'
import { provideGateway } from './provide-gateway.ts'
import { settings } from './settings.ts'
import { untilEnded } from './until-ended.ts'

const refuse = (error: Error): never => {
  console.error(error.message)
  process.exit(1)
}
const ended = untilEnded()
const stop = new AbortController()

const nats = process.env.NATS_URL ? null : await startNats().catch(refuse)
const natsUrl = nats?.url ?? settings.natsUrl
console.log(`NATS: ${natsUrl}`)
const gateway = await provideGateway(natsUrl).catch(refuse)
console.log(`Gateway: ${gateway.url}, ${gateway.origin}`)

const kept = [
  keepUp(
    {
      name: 'NATS',
      url: natsUrl,
      restart: nats && (() => nats.restart()),
      remark: nats ? 'Starting it again.' : 'The services wait for it.',
    },
    stop.signal,
  ),
  keepUp(
    {
      name: 'The gateway',
      url: gateway.url,
      restart: gateway.restart,
      remark: gateway.restart
        ? 'Resgate ends itself when it loses NATS. Starting it again.'
        : 'The page waits for it. Resgate ends itself when it loses NATS; somebody has to start it again.',
    },
    stop.signal,
  ),
]
const parts = ['ticker-service', 'session-service', 'web-server'].map(startPart)

await ended
stop.abort()
await Promise.all(parts.map(endPart))
await Promise.all(kept)
await gateway[Symbol.asyncDispose]()
await nats?.[Symbol.asyncDispose]()

function startPart(name: string): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=source', resolve(import.meta.dirname, `${name}.ts`)], {
    env: { ...process.env, NATS_URL: natsUrl, RESGATE_URL: gateway.url },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.on('exit', () => {
    if (stop.signal.aborted) return
    const script = `dev:${name.split('-')[0]}`
    console.log(`The ${name.replace('-', ' ')} has ended. Start it again, in the same environment, with`)
    console.log(`  NATS_URL=${natsUrl} RESGATE_URL=${gateway.url} npm run ${script} -w demo-resgate`)
  })
  return child
}

async function endPart(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
