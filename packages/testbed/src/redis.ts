import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { provideProgram } from './program.ts'
import { sendRedis } from './redis-command.ts'
import { createFolder, type Server, startServer } from './server.ts'

export interface RedisOptions {
  /** Keeps every write over a kill: `appendonly yes`, `appendfsync always`. Default: as Redis comes, with snapshots. */
  readonly durable?: boolean
  readonly password?: string
  /** Lines of redis.conf, as `maxmemory 10mb`. */
  readonly config?: readonly string[]
}

/** The `redis-server` named by `REDIS_SERVER`, else the one on the path, else Debian's, installed on the spot. */
export function startRedis(options: RedisOptions = {}): Promise<Server> {
  const { durable = false, password, config = [] } = options
  const lines = [
    ...(durable ? ['appendonly yes', 'appendfsync always'] : []),
    ...(password === undefined
      ? []
      : [`requirepass ${JSON.stringify(password)}`, `masterauth ${JSON.stringify(password)}`]),
    ...config,
  ]
  return startRedisProcess(lines, { password })
}

export async function startRedisProcess(
  lines: readonly string[],
  { args = [], password }: { args?: readonly string[]; password?: string | undefined } = {},
): Promise<Server> {
  const program = await provideProgram({
    names: ['redis-server'],
    debianPackage: 'redis-server',
    commands: { fedora: 'sudo dnf install redis', macos: 'brew install redis' },
    variable: 'REDIS_SERVER',
    docker: {
      command: 'docker run --rm -p 127.0.0.1:6379:6379 redis',
      variable: 'REDIS_URL',
      url: 'redis://127.0.0.1:6379',
    },
  })
  const folder = createFolder('redis')
  const file = join(folder, 'redis.conf')
  await writeFile(file, ['bind 127.0.0.1', `dir ${folder}`, ...lines, ''].join('\n'))
  return startServer({
    folder,
    url: port =>
      `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    command: async port => [program, file, '--port', `${port}`, ...args],
    async answers(port, pid) {
      const info = await sendRedis(port, ['INFO'], { password, patienceMs: 1000 })
      return info.includes(`\nprocess_id:${pid}\r`) && !info.includes('\nloading:1\r')
    },
  })
}
