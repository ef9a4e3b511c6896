import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '@sojourn/testbed'

/** One of our programs, as its users run it. It ends with this process. */
export class Program {
  /** All that it has printed. */
  output = ''
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(file: string, env: Readonly<Record<string, string>>) {
    const main = fileURLToPath(new URL(file, import.meta.url))
    this.#child = spawn(process.execPath, ['--conditions=source', main], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#exited = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', text => {
        this.output += text
      })
  }

  /** Its exit code; null if it was killed. */
  async exited(): Promise<number | null> {
    await this.#exited
    return this.#child.exitCode
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal)
    return this.exited()
  }
}

/** A demo whose server can be killed, and comes back at the same address with what it had stored. */
export class Demo implements AsyncDisposable {
  url = ''
  output = ''
  readonly folder: string
  #program: Program | null = null

  private constructor(folder: string) {
    this.folder = folder
  }

  static async start(): Promise<Demo> {
    const demo = new Demo(await mkdtemp(join(tmpdir(), 'demo-plus-one-')))
    await demo.start()
    return demo
  }

  async start(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port
    const program = new Program('main.ts', { PORT: port, DATA_FOLDER: this.folder })
    this.#program = program
    await eventually(() => program.output.includes('Ctrl-C'))
    this.url = /http:\/\/127\.0\.0\.1:\d+/.exec(program.output)?.[0] ?? ''
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const code = await this.#program?.end(signal)
    this.output += this.#program?.output ?? ''
    this.#program = null
    return code ?? null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#program !== null) await this.end('SIGKILL')
    await rm(this.folder, { recursive: true })
  }
}
