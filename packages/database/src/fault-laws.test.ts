import { type FaultHarness, type FaultyServer, type StoreAddress, testFaults } from '@sojourn/conformance'
import { startMariadb, startPostgres, startProxy } from '@sojourn/testbed'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { Driver } from './driver.ts'
import { createMysqlDriver } from './mysql.ts'
import { createPostgresDriver } from './postgres.ts'
import { createDatabaseStore } from './store.ts'

testFaults(
  'postgres',
  createHarness(startPostgres, url => {
    const pool = new pg.Pool({ connectionString: url })
    return { driver: createPostgresDriver(pool), pool }
  }),
)
testFaults(
  'mariadb',
  createHarness(startMariadb, url => {
    const pool = createPool(url)
    return { driver: createMysqlDriver(pool), pool }
  }),
)

interface Connected {
  readonly driver: Driver
  readonly pool: { end(): Promise<void> }
}

function createHarness(
  startServer: () => Promise<FaultyServer>,
  connect: (url: string) => Connected,
): FaultHarness {
  const open = ({ url, place }: StoreAddress) => {
    const { driver, pool } = connect(url)
    const store = createDatabaseStore({ driver, table: place })
    const close = store.close.bind(store)
    return Object.assign(store, { close: () => close().finally(() => pool.end()) })
  }
  return {
    startServer,
    startNetwork: startProxy,
    async prepare(address) {
      const store = open(address)
      await store.migrate()
      await store.close()
    },
    open: async address => open(address),
  }
}
