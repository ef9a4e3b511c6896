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
import { cancel } from './postgres-cancel.ts'
import { postgres } from './postgres-dialect.ts'
import { keepListening } from './postgres-listener.ts'

/** How long the server may take to cancel what took too long. */
const graceMs = 500

/** What is asked of a pool of `pg`. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly options?: PostgresPoolOptions
}

export interface PostgresPoolOptions {
  connectionTimeoutMillis?: number | undefined
  readonly max?: number | undefined
  readonly connectionString?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  off(event: 'error', listener: (error?: Error) => void): unknown
  release(destroy?: boolean): void
  unref?(): void
  readonly host?: string
  readonly port?: number
  readonly processID?: number | null
  readonly secretKey?: number | null
}

export interface PostgresQuery {
  name?: string
  text: string
  values?: unknown[]
  rowMode: 'array'
  query_timeout: number
}

export interface PostgresResult {
  readonly rows: unknown[]
  readonly rowCount: number | null
}

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
  readonly #timeoutMs: number
  readonly #prepare: boolean
  readonly #texts = new Map<string, { readonly name: string; readonly text: string }>()
  readonly #stops = new Set<() => Promise<void>>()

  constructor(pool: PostgresPool, timeoutMs: number, prepare: boolean) {
    this.#pool = pool
    this.#timeoutMs = timeoutMs
    this.#prepare = prepare
  }

  async run(statements: readonly Statement[]): Promise<readonly Result[]> {
    for (let triesLeft = 3; ; triesLeft--) {
      try {
        return await this.#tryToRun(statements)
      } catch (error) {
        if (triesLeft === 1 || !rolledBack.includes(codeOf(error))) throw this.#explain(error)
      }
    }
  }

  listen = (channel: string, listener: (message: string) => void): (() => Promise<void>) => {
    const stopListening = keepListening(this.#pool, channel, listener, this.#timeoutMs)
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
    const ignore = () => {}
    client.on('error', ignore)
    let isSound = false
    try {
      const results: Result[] = []
      if (isTransaction) await this.#ask(client, { sql: 'begin', values: [] })
      for (const statement of statements) results.push(await this.#ask(client, statement))
      if (isTransaction) await this.#ask(client, { sql: 'commit', values: [] })
      isSound = true
      return results
    } catch (error) {
      isSound = !isTransaction && codeOf(error) === cancelled
      throw error
    } finally {
      client.off('error', ignore)
      client.release(!isSound) // A connection that is given up rolls back.
    }
  }

  async #ask(client: PostgresClient, statement: Statement): Promise<Result> {
    let cancelling: Promise<void> | undefined
    const late = () => {
      cancelling = cancel(client, graceMs)
    }
    const timer = setTimeout(late, this.#timeoutMs)
    try {
      return toResult(await client.query(this.#toQuery(statement)))
    } finally {
      clearTimeout(timer)
      await cancelling // Lest it end the next statement.
    }
  }

  #toQuery({ sql, values }: Statement): PostgresQuery {
    const options = { rowMode: 'array', query_timeout: this.#timeoutMs + graceMs } as const
    if (values.length === 0) return { text: sql, ...options }
    let prepared = this.#texts.get(sql)
    if (prepared === undefined) {
      let count = 0
      const text = sql.replaceAll('?', () => `$${++count}`)
      prepared = { name: `sojourn_${hash('sha256', text).slice(0, 16)}`, text }
      this.#texts.set(sql, prepared)
    }
    const { name, text } = prepared
    return this.#prepare
      ? { name, text, values: values as unknown[], ...options }
      : { text, values: values as unknown[], ...options }
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

const toResult = ({ rows, rowCount }: PostgresResult): Result => ({
  rows: rows as Row[],
  changed: rowCount ?? 0,
})

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
