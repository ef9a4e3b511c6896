import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createStoredHarness, type StoreHarness, testStore, testStrategy } from '@sojourn/conformance'
import { provideDatabase } from '@sojourn/testbed'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { Driver } from './driver.ts'
import { createMysqlDriver } from './mysql.ts'
import { createPostgresDriver } from './postgres.ts'
import { createSqliteDriver } from './sqlite.ts'
import { createDatabaseStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'sojourn-database-'))
after(() => rm(folder, { recursive: true }))
const postgres = await provideDatabase('postgres')
after(() => postgres[Symbol.asyncDispose]())
const mysql = await provideDatabase('mysql')
after(() => mysql[Symbol.asyncDispose]())

const harnesses: Record<string, StoreHarness> = {
  sqlite: createHarness(place => ({ driver: createSqliteDriver(join(folder, place, 'sessions.db')) })),
  postgres: createHarness(() => {
    const pool = new pg.Pool({ connectionString: postgres.url })
    return { driver: createPostgresDriver(pool), pool }
  }),
  mariadb: createHarness(() => {
    const pool = createPool(mysql.url)
    return { driver: createMysqlDriver(pool), pool }
  }),
}

for (const [name, harness] of Object.entries(harnesses)) {
  testStore(name, harness)
  testStrategy(name, createStoredHarness(harness))
}

interface Connected {
  readonly driver: Driver
  readonly pool?: { end(): Promise<void> }
}

function createHarness(connect: (place: string) => Connected): StoreHarness {
  return {
    async open({ now, place }) {
      const { driver, pool } = connect(place)
      const store = createDatabaseStore({ driver, table: place, now })
      await store.migrate()
      const close = store.close.bind(store)
      return Object.assign(store, { close: () => close().then(() => pool?.end()) })
    },
  }
}
