import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { SessionError } from '@sojourn/core'
import type { Driver, Result, Row, Statement } from './driver.ts'
import { MissingTables, RefusedStatement, reasonOf } from './faults.ts'
import { sqlite } from './sqlite-dialect.ts'

/** How long a lock of another process is waited for, without blocking ours. */
const patienceMs = 2000
const pauseMs = 10

/**
 * SQLite, by `node:sqlite`: a file, made with its folder if need be, or a database that is open already. Ours is in
 * WAL mode, so that reads and a write never wait for each other.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createSqliteDriver(database: string | DatabaseSync): Driver {
  const isFile = typeof database === 'string' ? !['', ':memory:'].includes(database) : database.location()
  if (!isFile) {
    throw new SessionError(
      'invalid_option',
      'The SQLite database must be a file: for sessions in memory, use @sojourn/memory.',
    )
  }
  return new SqliteDriver(database)
}

interface Prepared {
  readonly statement: StatementSync
  readonly hasRows: boolean
}

class SqliteDriver implements Driver {
  readonly dialect = sqlite
  readonly listen = null
  readonly #given: string | DatabaseSync
  #database: DatabaseSync | null = null
  readonly #prepared = new Map<string, Prepared>()
  #isClosed = false

  constructor(given: string | DatabaseSync) {
    this.#given = given
  }

  async run(statements: readonly Statement[]): Promise<readonly Result[]> {
    const end = performance.now() + patienceMs
    for (;;) {
      try {
        return this.#tryToRun(statements)
      } catch (error) {
        if (error !== inTransaction && !isBusy(error)) throw this.#explain(error)
        if (performance.now() > end) throw this.#explain(error)
        await setTimeout(Math.random() * pauseMs)
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (typeof this.#given === 'string') this.#database?.close()
    this.#database = null
    this.#prepared.clear()
  }

  #tryToRun(statements: readonly Statement[]): readonly Result[] {
    this.#database ??= this.#open()
    const database = this.#database
    // Somebody else's, who was given the same database: what is theirs to roll back must not be ours.
    if (database.isTransaction) throw inTransaction
    if (statements.length === 1) return [this.#runOne(database, statements[0] as Statement)]
    database.exec('begin immediate')
    try {
      const results = statements.map(statement => this.#runOne(database, statement))
      database.exec('commit')
      return results
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  #runOne(database: DatabaseSync, { sql, values }: Statement): Result {
    let prepared = this.#prepared.get(sql)
    if (prepared === undefined) {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      prepared = { statement, hasRows: statement.columns().length > 0 }
      this.#prepared.set(sql, prepared)
    }
    const { statement, hasRows } = prepared
    if (hasRows) {
      const rows = statement.all(...(values as Row)) as unknown as Row[]
      return { rows, changed: rows.length }
    }
    return { rows: [], changed: Number(statement.run(...(values as Row)).changes) }
  }

  #open(): DatabaseSync {
    if (this.#isClosed) throw new Error('the store is closed')
    if (typeof this.#given !== 'string') return this.#given
    // Not at the top: some versions of Node.js warn that it is experimental, which is nothing to those who use a server.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    const path = resolve(this.#given)
    mkdirSync(dirname(path), { recursive: true })
    const database = new DatabaseSync(path, { timeout: 0 })
    try {
      database.exec('pragma journal_mode = wal; pragma synchronous = normal')
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }

  #explain(cause: unknown): SessionError {
    const name = `SQLite in ${typeof this.#given === 'string' ? this.#given : this.#given.location()}`
    const number = numberOf(cause)
    // Our statements are right: what SQLite cannot make sense of is a table that is missing or is another.
    if (number === 1) return new MissingTables(name, cause)
    if (refusals.includes(number)) {
      return new RefusedStatement(`${name} refused a record: ${reasonOf(cause)}`, {
        cause,
        isDuplicate: false,
      })
    }
    const remedy = remedies[number] ?? 'check the file, and that the store is not closed'
    const message = `${name} failed: ${reasonOf(cause)} (${number}): ${remedy}.`
    return new SessionError('store_unavailable', message, { cause })
  }
}

const inTransaction = new Error('a transaction is open on the connection')

// Result codes of SQLite: https://sqlite.org/rescode.html
const isBusy = (error: unknown) => [5, 6].includes(numberOf(error))
/** SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH */
const refusals = [18, 19, 20]
const remedies: Readonly<Record<number, string>> = {
  5: 'another process has held its lock for two seconds; end its transaction',
  6: 'another connection of this process holds its lock; end its transaction',
  8: 'check the permissions of the file and its folder',
  10: 'check the disk',
  11: 'the file is damaged; restore it from a backup, or remove it and sign everybody out',
  13: 'make room on the disk',
  14: 'check the path, and the permissions of the folder',
  26: 'the file is another program’s; check the path',
}

/** The primary result code: the lower byte of the extended one. */
function numberOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : 0
}
