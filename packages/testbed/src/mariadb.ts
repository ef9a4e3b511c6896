import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import mysql from 'mysql2/promise'
import { provideUser } from './own-user.ts'
import { findProgram, provideProgram } from './program.ts'
import { createFolder, run, type Server, startServer } from './server.ts'

/** The `mariadbd` named by `MARIADBD`, else the one on the path, else Debian's. As root it runs as the user `mysql`. */
export async function startMariadb(): Promise<Server> {
  const program = await provideProgram({
    names: ['mariadbd', '/usr/sbin/mariadbd', '/usr/libexec/mariadbd'],
    debianPackage: 'mariadb-server',
    commands: { fedora: 'sudo dnf install mariadb-server', macos: 'brew install mariadb' },
    variable: 'MARIADBD',
    docker: {
      command:
        'docker run --rm -p 127.0.0.1:3306:3306 -e MARIADB_ROOT_PASSWORD=sojourn -e MARIADB_DATABASE=sojourn mariadb',
      variable: 'DATABASE_URL',
      url: 'mysql://root:sojourn@127.0.0.1:3306/sojourn',
    },
  })
  const install = findProgram([
    join(dirname(program), 'mariadb-install-db'),
    join(dirname(program), '../bin/mariadb-install-db'),
    'mariadb-install-db',
  ])
  if (install === null) throw new Error(`There is no mariadb-install-db near ${program} or on the path.`)

  const user = provideUser('mysql')
  const folder = createFolder('mariadb', user)
  // A MariaDB that starts removes what it finds of temporary tables, those of its neighbours in /tmp, too.
  const folders = [`--datadir=${join(folder, 'data')}`, `--tmpdir=${folder}`]
  const password = randomUUID()
  const url = (port: number) => `mysql://sojourn:${password}@127.0.0.1:${port}/sojourn`

  const accounts = join(folder, 'accounts.sql')
  writeFileSync(
    accounts,
    `CREATE DATABASE IF NOT EXISTS sojourn CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS sojourn@'%' IDENTIFIED BY '${password}';
GRANT ALL ON *.* TO sojourn@'%';
`,
  )
  const auth = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
  await run(folder, [install, '--no-defaults', ...folders, ...auth], user)

  const flags = [
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${accounts}`,
    '--character-set-server=utf8mb4',
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=32M',
  ]
  return startServer({
    folder,
    user,
    url,
    command: async port => [program, '--no-defaults', ...folders, `--port=${port}`, ...flags],
    async answers(port) {
      const connection = await mysql.createConnection({ uri: url(port), connectTimeout: 1000 })
      connection.on('error', () => {})
      try {
        await connection.query({ sql: 'SELECT 1', timeout: 1000 })
        return true
      } finally {
        connection.destroy()
      }
    },
  })
}
