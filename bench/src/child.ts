import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EndedError } from './ended-error.ts'

const canPin =
  availableParallelism() > 1 &&
  ['0', '1'].every(core => spawnSync('taskset', ['-c', core, 'true']).status === 0)

/** Our own processes that are still running. */
const running = new Set<Child>()
const ends: EndedError[] = []
let isStopped = false

/** Those that ended by themselves since it was last asked: all, or one contender's and those that measure. */
export function takeEnds(contender?: string): EndedError[] {
  const isAsked = (end: EndedError) => contender === undefined || [contender, null].includes(end.contender)
  const taken = ends.filter(isAsked)
  ends.splice(0, ends.length, ...ends.filter(end => !isAsked(end)))
  return taken
}

/** A script of ours in a process of its own, on a core of its own where the system allows, that answers one request at a time. */
export class Child {
  readonly #process: ChildProcess
  readonly #name: string
  /** The last of what it printed, for when it ends by itself. */
  #log = ''
  #isEnding = false
  #ended: Error | null = null

  /** @param core 0 for who is measured, 1 for who measures */
  constructor(script: string, args: readonly string[], core: 0 | 1) {
    if (isStopped) throw new Error('The run is stopped.')
    const node = ['--conditions=source', fileURLToPath(new URL(script, import.meta.url)), ...args]
    const [command, ...rest] = canPin
      ? ['taskset', '-c', String(core), process.execPath, ...node]
      : [process.execPath, ...node]
    this.#name = [script.replace(/^\.\/|\.ts$/g, ''), ...args.slice(0, 1)].join(' ')
    this.#process = spawn(command as string, rest, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', chunk => {
        this.#log = (this.#log + chunk).slice(-4000)
      })
    }
    running.add(this)
    this.#process.once('exit', () => running.delete(this))
    // Not before its last words have come.
    this.#process.once('close', (code, killer) =>
      this.#noteEnd(killer ?? `exit code ${code}`, core === 0 ? (args[0] ?? script) : null),
    )
  }

  /**
   * Sends `request`, if there is one, and waits for the next report.
   *
   * @throws {EndedError} if it ends, or has ended, by itself
   */
  async ask<Report>(request?: object, patienceMs?: number): Promise<Report> {
    if (this.#ended !== null) throw this.#ended
    const stop = new AbortController()
    const { signal } = stop
    const ended = once(this.#process, 'close', { signal }).then(() => {
      throw this.#ended
    })
    ended.catch(() => {})
    const patience = patienceMs === undefined ? [] : [this.#giveUp(patienceMs, signal)]
    for (const each of patience) each.catch(() => {})
    try {
      const report = once(this.#process, 'message', { signal })
      report.catch(() => {})
      if (request !== undefined) this.#process.send(request, () => {}) // `close` tells of an end
      const [message] = await Promise.race([report, ended, ...patience])
      return message as Report
    } finally {
      stop.abort()
    }
  }

  async #giveUp(afterMs: number, signal: AbortSignal): Promise<never> {
    await setTimeout(afterMs, null, { signal, ref: false }).catch(() => {})
    throw new Error(`${this.#name} has said nothing for ${afterMs / 1000} s.`)
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
    this.#isEnding = true
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill(signal)
    await exited
  }

  #noteEnd(how: string, contender: string | null): void {
    if (this.#isEnding) {
      this.#ended = new Error(`${this.#name} was ended.`)
      return
    }
    const error = new EndedError(this.#name, how, this.#log, contender)
    this.#ended = error
    ends.push(error)
  }
}

/** Ends all, and lets no more start. */
export function stopAll(): Promise<unknown> {
  isStopped = true
  return killAll()
}

export const killAll = (): Promise<unknown> => Promise.all([...running].map(child => child.kill()))
