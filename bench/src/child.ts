import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const canPin =
  availableParallelism() > 1 &&
  ['0', '1'].every(core => spawnSync('taskset', ['-c', core, 'true']).status === 0)

/** Our own processes that are still running. */
const running = new Set<Child>()

/** A script of ours in a process of its own, on a core of its own where the system allows, that answers one request at a time. */
export class Child {
  readonly #process: ChildProcess
  readonly #name: string
  /** The last of what it printed, for when it ends by itself. */
  #log = ''

  constructor(script: string, args: readonly string[], core: 0 | 1) {
    const node = ['--conditions=source', fileURLToPath(new URL(script, import.meta.url)), ...args]
    const [command, ...rest] = canPin
      ? ['taskset', '-c', String(core), process.execPath, ...node]
      : [process.execPath, ...node]
    this.#name = [script, ...args.slice(0, 1)].join(' ')
    this.#process = spawn(command as string, rest, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', chunk => {
        this.#log = (this.#log + chunk).slice(-2000)
      })
    }
    running.add(this)
    this.#process.once('exit', () => running.delete(this))
  }

  /** Sends `request`, if there is one, and waits for the next report. Rejects with its last words if it ends first. */
  async ask<Report>(request?: object): Promise<Report> {
    const stop = new AbortController()
    const { signal } = stop
    const ended = once(this.#process, 'exit', { signal }).then(([code, killer]) => {
      throw new Error(`${this.#name} ended by itself (${killer ?? code}).\n${this.#log.trim()}`)
    })
    try {
      const report = once(this.#process, 'message', { signal })
      if (request !== undefined) this.#process.send(request)
      const [message] = await Promise.race([report, ended])
      return message as Report
    } finally {
      stop.abort()
      ended.catch(() => {})
    }
  }

  /** SIGKILL, as a crash or the out-of-memory killer would. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** SIGTERM, as a deploy does. */
  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill(signal)
    await exited
  }
}

export const killAll = (): Promise<unknown> => Promise.all([...running].map(child => child.kill()))
