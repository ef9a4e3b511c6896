import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { textOf } from '../run.fixture.ts'
import type { Planted } from './planted.fixture.ts'
import type { OwnAppResults } from './results.ts'

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** An application in a process of its own, which a restart may replace. */
export class RunningApp implements AsyncDisposable {
  readonly folder: string
  readonly port: number
  /** Ends the process, and becomes the next. */
  readonly restart: string

  constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
    this.restart = `exec sh '${folder}/start'`
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async pid(): Promise<number> {
    return Number(await readFile(join(this.folder, 'pid'), 'utf8'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(await this.pid(), 'SIGKILL')
    await rm(this.folder, { recursive: true })
  }
}

/** A fixture of this folder. */
export const startApp = (path: string, options: Omit<Planted, 'port' | 'folder'> = {}): Promise<RunningApp> =>
  start(path, (port, folder) => ({ PLANTED: JSON.stringify({ ...options, port, folder }) }), options.host)

export const startPlanted = (planted: Omit<Planted, 'port' | 'folder'>) =>
  startApp('planted.fixture.ts', planted)

/** Those of `planted.fixture.ts`. */
export const ways = ({ url }: Pick<RunningApp, 'url'>, expected = '"user{n}"') => [
  ...['--url', url, '--login', '/api/login', '--json', '{"userName":"user{n}"}'],
  ...['--page', '/api/me', '--expect', expected, '--logout', '/api/logout'],
]

export const only = (scenario: string) => ['--scenario', scenario]

/** A demo of this repository. */
export const startDemo = (name: string): Promise<RunningApp> =>
  start(`../../../apps/${name}/src/main.ts`, (port, folder) => ({
    PORT: String(port),
    DATA_FOLDER: folder,
    DATABASE_URL: '',
  }))

async function start(
  path: string,
  environment: (port: number, folder: string) => Record<string, string>,
  host = '127.0.0.1',
): Promise<RunningApp> {
  const app = new RunningApp(await mkdtemp(join(tmpdir(), 'sojourn-own-app-')), await findFreePort())
  const { folder, port, restart } = app
  const variables = Object.entries(environment(port, folder)).map(([name, value]) => `${name}='${value}'`)
  const lines = [
    `[ -f '${folder}/pid' ] && kill -9 $(cat '${folder}/pid') && sleep 0.2`,
    `echo $$ >'${folder}/pid'`,
    `${variables.join(' ')} exec '${process.execPath}' --conditions=source '${script(path)}'`,
  ]
  await writeFile(join(folder, 'start'), lines.join('\n'))
  spawn(restart, { shell: true, detached: true, stdio: ['ignore', 'ignore', 'inherit'] }).unref()
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const end = Date.now() + 30_000
  while (!(await fetch(url).then(Boolean, () => false))) {
    if (Date.now() > end) throw new Error(`${path} does not start`)
    await setTimeout(10)
  }
  return app
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Null if none were written. */
  readonly results: OwnAppResults | null
}

/** What was said on stderr, in one line. */
export const unfold = ({ err }: Ran) => err.replace(/\s+/g, ' ')

const short = ['--rounds', '1', '--seconds', '0.2', '--clients', '40', '--connections', '4']

/** As it is called from `node_modules/.bin`, in a run as short as it can be, and a process group of its own. */
export const spawnBench = (args: readonly string[]) =>
  spawn(script('sojourn-bench.mjs'), [...short, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, PATH: `/checkout/node_modules/.bin:${process.env.PATH}` }, // as npx does
  })

export async function runBench(args: readonly string[]): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-own-app-'))
  const file = join(folder, 'results.json')
  try {
    const child = spawnBench(['--json', file, ...args])
    const [[code], out, err] = await Promise.all([
      once(child, 'exit'),
      textOf(child.stdout),
      textOf(child.stderr),
    ])
    const written = await readFile(file, 'utf8').catch(() => null)
    return { code, out, err, results: written === null ? null : JSON.parse(written) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
