import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Only what is broken ever comes to the end of it. */
const patienceMs = 60_000

/** A part of the demo, or all of it, as its users run it. It ends with this process. */
export class PartProcess implements AsyncDisposable {
  readonly log: string[] = []
  readonly #file: string
  readonly #env: NodeJS.ProcessEnv
  #child: ChildProcess | null = null
  #said = Promise.withResolvers<void>()

  private constructor(file: string, env: NodeJS.ProcessEnv) {
    this.#file = fileURLToPath(new URL(file, import.meta.url))
    this.#env = { ...process.env, ...env }
  }

  /** Resolves when it has said `ready`. */
  static async start(file: string, ready: RegExp, env: NodeJS.ProcessEnv): Promise<PartProcess> {
    const part = new PartProcess(file, env)
    await part.start(ready)
    return part
  }

  /** Of what it says, the first address of a web server. */
  get url(): string {
    return /http:\/\/127\.0\.0\.1:\d+/.exec(this.log.join('\n'))?.[0] ?? ''
  }

  async start(ready: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = spawn(process.execPath, ['--conditions=source', this.#file], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.#child = child
    this.log.length = 0
    createInterface(child.stdout as Readable).on('line', line => {
      this.log.push(line)
      this.#said.resolve()
    })
    child.once('exit', () => this.#said.reject(new Error(`It has ended: ${this.log.join('\n')}`)))
    await this.says(ready)
  }

  async says(text: RegExp): Promise<void> {
    const timer = setTimeout(() => this.#said.reject(new Error(`It never said ${text}`)), patienceMs)
    try {
      while (!text.test(this.log.join('\n'))) {
        this.#said = Promise.withResolvers()
        await this.#said.promise
      }
    } finally {
      clearTimeout(timer)
    }
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Resolves to the exit code, null if it was killed. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    this.#said.promise.catch(() => {})
    const exited = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT')
    return (await exited)[0]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
