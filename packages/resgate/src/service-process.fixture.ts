import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onSessionEvent } from '@sojourn/core'
import { connectToNats, createSessionService } from './index.ts'
import { openPlace, people } from './open-place.fixture.ts'

/** An instance of the session service, in a process of its own. */
export class ServiceProcess implements AsyncDisposable {
  /** What it took up: `signed-in`, `resume`, `signed-out`. */
  readonly did: string[] = []
  readonly #args: readonly string[]
  #child: ChildProcess | null = null

  private constructor(args: readonly string[]) {
    this.#args = args
  }

  /** `place`: the URL of what `openPlace` opens. Resolves when it takes requests. */
  static async start(natsUrl: string, place: string): Promise<ServiceProcess> {
    const process = new ServiceProcess([natsUrl, place])
    await process.restart()
    return process
  }

  /** SIGKILL: nothing in hand is answered. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** SIGSTOP: what it is asked waits in vain. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  async restart(): Promise<void> {
    await this.kill()
    const child = fork(fileURLToPath(import.meta.url), this.#args, { execArgv: ['--conditions=source'] })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      child.on('exit', () => reject(new Error('The instance did not start.')))
      child.on('message', message => {
        this.did.push(`${message}`)
        if (message === 'started') resolve()
      })
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}

async function serve(natsUrl: string, place: string): Promise<void> {
  const { store, strategy } = await openPlace(place)
  const tell = (what: string) => void process.send?.(what)
  onSessionEvent('signed-in', () => tell('signed-in'))
  onSessionEvent('signed-out', () => tell('signed-out'))
  const service = createSessionService({
    ...people,
    nats: await connectToNats({ servers: natsUrl }),
    connections: store,
    strategy: {
      ...strategy,
      resume(credential, binding) {
        tell('resume')
        return strategy.resume(credential, binding)
      },
    },
  })
  process.on('disconnect', () => process.exit())
  await service.start()
  tell('started')
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , natsUrl = '', place = ''] = process.argv
  await serve(natsUrl, place)
}
