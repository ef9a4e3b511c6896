import { startMariadb } from '@sojourn/testbed'
import { createPool } from 'mysql2/promise'
import { createMysqlDriver } from './mysql.ts'
import { type Opened, type OpenOptions, testServer } from './server.fixture.ts'
import { createDatabaseStore } from './store.ts'

testServer({
  name: 'MySQL',
  start: startMariadb,
  open,
  refusals: {
    password: 'refuses the user or the password (ER_ACCESS_DENIED_ERROR)',
    user: 'refuses the user or the password',
    database: 'has no such database (ER_BAD_DB_ERROR)',
  },
})

function open(uri: string, { max = 10, timeoutMs = 30_000 }: OpenOptions = {}): Opened {
  const pool = createPool({ uri, connectionLimit: max, connectTimeout: timeoutMs })
  const store = createDatabaseStore({ driver: createMysqlDriver(pool, { timeoutMs }) })
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool.end().catch(() => {}) // It throws what befell a connection that was still being made.
    },
  }
}
