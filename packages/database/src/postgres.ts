import { hash } from 'node:crypto'
import { SessionError } from '@sojourn/core'
import type { Driver, Result, Row, Statement } from './driver.ts'
import {
  codeOf,
  createFault,
  type Faults,
  MissingTables,
  networkFaults,
  RefusedStatement,
  reasonOf,
} from './faults.ts'
import { postgres } from './postgres-dialect.ts'
import { keepListening } from './postgres-listener.ts'
import type { PostgresPool, PostgresQuery } from './postgres-pool.ts'
import { RunningStatements } from './postgres-running.ts'
import { retry } from './retry.ts'

export interface PostgresDriverOptions {
  /**
   * How long the database may take over one statement, or a connection to it, in milliseconds; default 2,000. Then the
   * statement is cancelled; if the server does not answer to that for another half a second, the connection is given
   * up, so that one that fell silent does not occupy the pool. This sets `connectionTimeoutMillis` of the pool where
   * it is undefined, for all who use the pool; any other is kept: with 0, a connection is waited for without end.
   */
  readonly timeoutMs?: number
  /** Whether statements are prepared, once on each connection; default true. Off for a pooler that cannot have that. */
  readonly prepare?: boolean
}

/**
 * PostgreSQL, by a pool of `pg`. One of its connections listens for removals, while anybody does: it must have two at
 * least. Close the store before the pool is ended.
 *
 * @throws {SessionError} `invalid_option`: the pool has fewer than two connections
 */
export function createPostgresDriver(pool: PostgresPool, options: PostgresDriverOptions = {}): Driver {
  const { timeoutMs = 2000, prepare = true } = options
  if ((pool.options?.max ?? Infinity) < 2) {
    throw new SessionError(
      'invalid_option',
      'The pool of pg must have two connections at least, as one listens for removals: raise its max.',
    )
  }
  pool.on('error', () => {}) // The loss of an idle connection would end the process.
  // Else a connection that is never made would be waited for, and counted, for ever.
  if (pool.options !== undefined) pool.options.connectionTimeoutMillis ??= timeoutMs
  return new PostgresDriver(pool, timeoutMs, prepare)
}

class PostgresDriver implements Driver {
  readonly dialect = postgres
  readonly #pool: PostgresPool
  readonly #prepare: boolean
  readonly #running: RunningStatements
  readonly #options: Omit<PostgresQuery, 'text'>
  readonly #prepared = new Map<string, Pick<PostgresQuery, 'name' | 'text'>>()
  readonly #stops = new Set<() => Promise<void>>()

  constructor(pool: PostgresPool, timeoutMs: number, prepare: boolean) {
    this.#pool = pool
    this.#prepare = prepare
    this.#running = new RunningStatements(timeoutMs)
    // A limit of the pool's own would give a statement up, and leave it running on the server.
    const limit = pool.options?.query_timeout && { query_timeout: 2 ** 31 - 1 }
    this.#options = { rowMode: 'array', ...limit }
  }

  async run(statements: readonly Statement[]): Promise<readonly Result[]> {
    try {
      return await retry(
        () => this.#tryToRun(statements),
        error => rolledBack.includes(codeOf(error)),
      )
    } catch (error) {
      throw this.#explain(error)
    }
  }

  listen = (channel: string, listener: (message: string) => void): (() => Promise<void>) => {
    const stopListening = keepListening(this.#pool, channel, listener, this.#running)
    const stop = () => {
      this.#stops.delete(stop)
      return stopListening()
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    await Promise.all([...this.#stops].map(stop => stop()))
  }

  async #tryToRun(statements: readonly Statement[]): Promise<readonly Result[]> {
    const isTransaction = statements.length > 1
    const client = await this.#pool.connect()
    client.on('error', ignore)
    let isSound = false
    try {
      const results: Result[] = []
      for (const statement of isTransaction ? [begin, ...statements, commit] : statements) {
        const { rows, rowCount } = await this.#running.run(client, this.#toQuery(statement))
        results.push({ rows: rows as Row[], changed: rowCount ?? 0 })
      }
      isSound = true
      return isTransaction ? results.slice(1, -1) : results
    } catch (error) {
      isSound = !isTransaction && codeOf(error) === cancelled
      throw error
    } finally {
      client.off('error', ignore)
      client.release(!isSound) // A connection that is given up rolls back.
    }
  }

  #toQuery({ sql, values }: Statement): PostgresQuery {
    if (values.length === 0) return { text: sql, ...this.#options }
    let prepared = this.#prepared.get(sql)
    if (prepared === undefined) {
      let count = 0
      const text = sql.replaceAll('?', () => `$${++count}`)
      prepared = this.#prepare ? { name: `sojourn_${hash('sha256', text).slice(0, 16)}`, text } : { text }
      this.#prepared.set(sql, prepared)
    }
    return { ...prepared, values: values as unknown[], ...this.#options }
  }

  #explain(cause: unknown): SessionError {
    const { connectionString, host, port } = this.#pool.options ?? {}
    const url = connectionString === undefined ? null : URL.parse(connectionString)
    const at = `${url?.hostname || host || process.env.PGHOST || 'localhost'}:${url?.port || port || process.env.PGPORT || 5432}`
    const name = `PostgreSQL at ${at}`
    const code = codeOf(cause)
    if (missing.includes(code)) return new MissingTables(name, cause)
    if (/^(22|23|54)...$/.test(code)) {
      const message = `${name} refused a record (${code}): ${reasonOf(cause)}`
      return new RefusedStatement(message, { cause, isDuplicate: code === '23505' })
    }
    return createFault(name, faults, cause)
  }
}

const ignore = () => {}
const begin: Statement = { sql: 'begin', values: [] }
const commit: Statement = { sql: 'commit', values: [] }

// https://www.postgresql.org/docs/current/errcodes-appendix.html
/** Nothing was done, because of what others did at the same time. */
const rolledBack = ['40001', '40P01']
const cancelled = '57014'
/** No such table, no such column. */
const missing = ['42P01', '42703']
const faults: Faults = {
  ...networkFaults,
  '28P01': ['refuses the password', 'check the user and the password'],
  '28000': ['refuses the user', 'check the user, and pg_hba.conf of the server'],
  '3D000': ['has no such database', 'check the name of the database'],
  '42501': [
    'does not let the user do this',
    'grant it the rights to the tables, or run migrationSql() as another',
  ],
  '53300': ['has too many connections', 'lower the size of the pools, or raise max_connections'],
  '53100': ['has no room on its disk', 'make room'],
  [cancelled]: ['did not answer in time', 'check its load, and what else holds locks'],
  '57P01': ['is shutting down', 'is it restarting?'],
  '57P02': ['has crashed', 'is it restarting?'],
  '57P03': ['is not ready', 'it is starting'],
  '25006': ['only reads', 'connect to the primary'],
}
