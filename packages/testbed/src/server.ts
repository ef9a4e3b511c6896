import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { endServer } from './end-server.ts'
import { findFreePort } from './free-port.ts'
import { forget, guard } from './guard.ts'
import { freezeTree, killTree, thawTree } from './process-tree.ts'

/** A real server of our own, on a free port of 127.0.0.1 and in a throwaway folder. Ends with this process. */
export interface Server extends AsyncDisposable {
  /** With all that a client needs, as `redis://127.0.0.1:10123` or `postgres://user:password@127.0.0.1:10123/database`. */
  readonly url: string
  readonly port: number
  /** Of its first process, which has all others below it; null while none runs. */
  readonly pid: number | null
  /** SIGKILL, as a crash. Resolves when it is dead. Killing what is dead is no error. */
  kill(): Promise<void>
  /** Kills it if it runs, and starts it again on the same port and folder. Resolves when it answers. */
  restart(): Promise<void>
  /** SIGSTOP: accepts connections (the kernel does), answers nothing. */
  freeze(): void
  thaw(): void
}

export interface User {
  readonly uid: number
  readonly gid: number
}

/** What one kind of server needs in order to be run. */
export interface ServerPlan {
  readonly folder: string
  /** Who runs it; default: who runs us. */
  readonly user?: User | undefined
  /** With what it ends by itself when it is disposed of; default: it is killed. */
  readonly endSignal?: NodeJS.Signals
  url(port: number): string
  /** Program and arguments. */
  command(port: number): Promise<readonly [string, ...string[]]>
  /** Whether it answers, and is not another's server on that port. May throw while it does not. */
  answers(port: number, pid: number): Promise<boolean>
  /** Tidies up what it leaves behind outside its folder when it is killed. */
  afterKill?(): void
}

/** Only what is broken ever comes to the end of it. */
const patienceMs = 60_000

/** A throwaway folder, owned by `user`. */
export function createFolder(name: string, user?: User): string {
  const folder = mkdtempSync(join(tmpdir(), `sojourn-${name}-`))
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  guard({ folder, pid: null, endSignal: null })
  return folder
}

/** Runs a program in a throwaway folder, to its end. Its output goes to the folder's log. */
export async function run(
  folder: string,
  command: readonly [string, ...string[]],
  user?: User,
): Promise<void> {
  const child = start(folder, command, { user })
  child.ref()
  await once(child, 'exit')
  if (child.exitCode !== 0) throw new Error(`${command[0]} failed:\n${readLogTail(folder)}`)
}

/** Starts what is planned. Should another process take the port meanwhile, another is tried. */
export async function startServer(plan: ServerPlan): Promise<Server> {
  for (let triesLeft = 5; ; triesLeft--) {
    const server = new OwnServer(plan, await findFreePort())
    try {
      await server.restart()
      return server
    } catch (error) {
      if (triesLeft > 1 && /address already in use/i.test(`${error}`)) continue
      await server[Symbol.asyncDispose]()
      throw error
    }
  }
}

class OwnServer implements Server {
  readonly url: string
  readonly port: number
  readonly #plan: ServerPlan
  #child: Started | null = null

  constructor(plan: ServerPlan, port: number) {
    this.url = plan.url(port)
    this.port = port
    this.#plan = plan
  }

  get pid(): number | null {
    return this.#running?.pid ?? null
  }

  async kill(): Promise<void> {
    const child = this.#running
    if (child === null) return
    child.ref()
    await Promise.all([once(child, 'exit'), killTree(child.pid)])
    this.#plan.afterKill?.()
  }

  async restart(): Promise<void> {
    await this.kill()
    const { folder, user, endSignal } = this.#plan
    const command = await this.#plan.command(this.port)
    const child = start(folder, command, { user, endSignal })
    this.#child = child
    const end = Date.now() + patienceMs
    while (!(await this.#plan.answers(this.port, child.pid).catch(() => false))) {
      if (hasEnded(child)) throw new Error(`${command[0]} ended before it answered:\n${readLogTail(folder)}`)
      if (Date.now() > end) throw new Error(`${command[0]} does not answer:\n${readLogTail(folder)}`)
      await setTimeout(5)
    }
  }

  freeze(): void {
    if (this.#running !== null) freezeTree(this.#running.pid)
  }

  thaw(): void {
    if (this.#running !== null) thawTree(this.#running.pid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { folder, endSignal = null } = this.#plan
    const child = this.#running
    child?.ref()
    await Promise.all([
      child && once(child, 'exit'),
      endServer({ folder, pid: child?.pid ?? null, endSignal }),
    ])
    forget(folder)
  }

  get #running(): Started | null {
    return this.#child === null || hasEnded(this.#child) ? null : this.#child
  }
}

type Started = ChildProcess & { readonly pid: number }

interface StartOptions {
  readonly user?: User | undefined
  readonly endSignal?: NodeJS.Signals | undefined
}

function start(folder: string, command: readonly [string, ...string[]], options: StartOptions): Started {
  const [program, ...args] = command
  const { user = {}, endSignal = null } = options
  const log = openSync(join(folder, 'log'), 'a')
  // Detached: what a terminal sends to us, as Ctrl+C, is not for the server; the guard ends it after us.
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', log, log], ...user })
  closeSync(log)
  child.on('error', () => {}) // Told by the missing pid.
  if (child.pid === undefined) throw new Error(`${program} is not there, or not executable.`)
  guard({ folder, pid: child.pid, endSignal })
  child.on('exit', () => guard({ folder, pid: null, endSignal: null }))
  child.unref()
  return child as Started
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

function readLogTail(folder: string): string {
  return readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n').slice(-20).join('\n')
}
