import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Only what is broken ever comes to the end of it. */
const patienceMs = 15_000

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** The demo as its users run it. It keeps its port when it is started again, and ends with this process. */
export class DemoProcess implements AsyncDisposable {
  readonly log: string[] = []
  readonly #env: NodeJS.ProcessEnv
  #port = '0'
  #child: ChildProcess | null = null

  private constructor(env: Readonly<Record<string, string>>) {
    this.#env = { ...process.env, ...env }
  }

  static async start(env: Readonly<Record<string, string>>): Promise<DemoProcess> {
    const demo = new DemoProcess(env)
    await demo.start()
    return demo
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** What it has said of keys that were used twice. */
  get reuses(): string[] {
    return this.log.filter(line => line.startsWith('reuse'))
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--conditions=source', main], {
      env: { ...this.#env, PORT: this.#port },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.#child = child
    const lines = createInterface(child.stdout as Readable)
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`It ended before it listened: ${this.log.join('\n')}`)))
      lines.on('line', line => {
        this.log.push(line)
        const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? []
        if (port === undefined) return
        this.#port = port
        resolve()
      })
    })
  }

  /** Resolves to the exit code, null if it was killed. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    this.#child = null
    if (child === null) return null
    if (child.exitCode !== null) throw new Error(`It has ended by itself: ${this.log.join('\n')}`)
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(patienceMs) })
    child.kill(signal)
    return (await exited)[0]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
