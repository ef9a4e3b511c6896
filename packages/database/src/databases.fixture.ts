import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createClock, createRecord } from '@sojourn/conformance'
import type { SessionRecord } from '@sojourn/core'
import { provideDatabase } from '@sojourn/testbed'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { Driver, Statement } from './driver.ts'
import { createMysqlDriver } from './mysql.ts'
import { createPostgresDriver } from './postgres.ts'
import { createSqliteDriver } from './sqlite.ts'
import { createDatabaseStore, type DatabaseStore } from './store.ts'

export interface Connected {
  readonly driver: Driver
  /** Ends the pool of the driver, if it has one. To be called when the store is closed. */
  end(): Promise<void>
}

export interface Database {
  readonly name: 'SQLite' | 'PostgreSQL' | 'MariaDB'
  /** As a process of its own would connect to it. */
  connect(): Connected
}

export const folder = mkdtempSync(join(tmpdir(), 'sojourn-database-'))
after(() => rm(folder, { recursive: true }))
const postgres = await provideDatabase('postgres')
after(() => postgres[Symbol.asyncDispose]())
const mysql = await provideDatabase('mysql')
after(() => mysql[Symbol.asyncDispose]())

export const postgresUrl = postgres.url
export const mysqlUrl = mysql.url

/** A busy machine is no fault: none of these tests is about how long anything takes. */
const timeoutMs = 30_000

export const sqlite: Database = {
  name: 'SQLite',
  connect: () => ({ driver: createSqliteDriver(join(folder, 'data', 'sessions.db')), end: async () => {} }),
}
export const postgresql: Database = {
  name: 'PostgreSQL',
  connect() {
    const pool = new pg.Pool({ connectionString: postgres.url })
    return { driver: createPostgresDriver(pool, { timeoutMs }), end: () => pool.end() }
  },
}
export const mariadb: Database = {
  name: 'MariaDB',
  connect() {
    const pool = createPool(mysql.url)
    return { driver: createMysqlDriver(pool, { timeoutMs }), end: () => pool.end() }
  },
}
export const databases = [sqlite, postgresql, mariadb]

export interface Trial extends AsyncDisposable {
  readonly store: DatabaseStore
  readonly driver: Driver
  readonly table: string
  readonly clock: ReturnType<typeof createClock>
  /** What was run since the last time that this was asked: one entry for each round, its statements. */
  takeRounds(): (readonly Statement[])[]
  /** How many listen to the database at the moment, where it has messages. */
  countListening(): number
  /** A record as its first write has it. */
  record(fields?: Partial<SessionRecord>): SessionRecord
  /** The same tables, as another process has them. */
  second(): DatabaseStore
}

/** A migrated store on tables of its own. */
export async function createTrial({ connect }: Database): Promise<Trial> {
  const opened = new AsyncDisposableStack()
  const clock = createClock()
  const table = `trial_${randomBytes(8).toString('hex')}`
  let rounds: (readonly Statement[])[] = []
  let listening = 0

  function open() {
    const { driver, end } = connect()
    opened.defer(end)
    const counting: Driver = {
      dialect: driver.dialect,
      listen:
        driver.listen &&
        ((channel, listener) => {
          const stop = driver.listen?.(channel, listener)
          listening++
          return async () => {
            listening--
            await stop?.()
          }
        }),
      run(statements) {
        rounds.push(statements)
        return driver.run(statements)
      },
      close: () => driver.close(),
    }
    const store = createDatabaseStore({ driver: counting, table, now: clock.now })
    opened.defer(() => store.close())
    return { driver, store }
  }

  const { driver, store } = open()
  await store.migrate()
  return {
    ...{ store, driver, table, clock },
    takeRounds() {
      const taken = rounds
      rounds = []
      return taken
    },
    countListening: () => listening,
    record: fields => createRecord(clock.now(), { version: 1, ...fields }),
    second: () => open().store,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
