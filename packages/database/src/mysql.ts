import type { SessionError } from '@sojourn/core'
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
import { mysql } from './mysql-dialect.ts'
import { retry } from './retry.ts'

/** What is asked of a pool of `mysql2/promise`. */
export interface MysqlPool {
  getConnection(): Promise<MysqlConnection>
  on(event: 'connection', listener: (connection: MysqlErrorSource) => void): unknown
  readonly pool?: { readonly config?: object }
}

export interface MysqlErrorSource {
  on(event: 'error', listener: (error: Error) => void): unknown
}

export interface MysqlConnection {
  query(sql: string): Promise<unknown>
  execute(query: MysqlQuery): Promise<[unknown, unknown]>
  release(): void
  destroy(): void
}

export interface MysqlQuery {
  sql: string
  values: (string | number | bigint | null)[]
  rowsAsArray: true
}

export interface MysqlDriverOptions {
  /**
   * How long the database may take over what is asked of it at once, in milliseconds; default 2,000. Then the
   * connection is given up, so that one that fell silent does not occupy the pool.
   */
  readonly timeoutMs?: number
}

/** MariaDB or MySQL, by a pool of `mysql2/promise`. */
export function createMysqlDriver(pool: MysqlPool, options: MysqlDriverOptions = {}): Driver {
  // What is told of a connection after its loss would end the process.
  pool.on('connection', connection => void connection.on('error', () => {}))
  return new MysqlDriver(pool, options.timeoutMs ?? 2000)
}

class MysqlDriver implements Driver {
  readonly dialect = mysql
  readonly listen = null
  readonly #pool: MysqlPool
  readonly #timeoutMs: number

  constructor(pool: MysqlPool, timeoutMs: number) {
    this.#pool = pool
    this.#timeoutMs = timeoutMs
  }

  async run(statements: readonly Statement[]): Promise<readonly Result[]> {
    const isRolledBack = (error: unknown) => codeOf(error) === 'ER_LOCK_DEADLOCK'
    try {
      return await retry(() => this.#tryToRun(statements), isRolledBack)
    } catch (error) {
      throw this.#explain(error)
    }
  }

  async close(): Promise<void> {}

  async #tryToRun(statements: readonly Statement[]): Promise<readonly Result[]> {
    const connection = await this.#connect()
    let isSound = false
    try {
      const results = await this.#inTime(runOn(connection, statements))
      isSound = true
      return results
    } catch (error) {
      isSound = statements.length === 1 && isOfStatement(error)
      throw error
    } finally {
      if (isSound) connection.release()
      else connection.destroy() // Rolls back.
    }
  }

  async #connect(): Promise<MysqlConnection> {
    const connecting = this.#pool.getConnection()
    try {
      return await this.#inTime(connecting)
    } catch (error) {
      connecting.then(
        connection => connection.release(),
        () => {},
      )
      throw error
    }
  }

  /** The timeouts of mysql2 are not enough: they begin when a statement has been prepared, and keep the connection. */
  #inTime<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => reject(Object.assign(new Error('it did not answer in time'), { code: 'ETIMEDOUT' }))
      const timer = setTimeout(late, this.#timeoutMs)
      promise.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  #explain(cause: unknown): SessionError {
    const name = `MySQL at ${addressOf(this.#pool)}`
    const code = codeOf(cause)
    if (missing.includes(code)) return new MissingTables(name, cause)
    if (isOfRecord(cause)) {
      const message = `${name} refused a record (${code}): ${reasonOf(cause)}`
      return new RefusedStatement(message, { cause, isDuplicate: code === 'ER_DUP_ENTRY' })
    }
    return createFault(name, faults, cause)
  }
}

async function runOn(
  connection: MysqlConnection,
  statements: readonly Statement[],
): Promise<readonly Result[]> {
  const results: Result[] = []
  if (statements.length > 1) await connection.query('start transaction')
  for (const { sql, values } of statements) {
    const [found] = await connection.execute({
      sql,
      values: values as MysqlQuery['values'],
      rowsAsArray: true,
    })
    results.push(toResult(found))
  }
  if (statements.length > 1) await connection.query('commit')
  return results
}

const toResult = (found: unknown): Result =>
  Array.isArray(found)
    ? { rows: found as Row[], changed: 0 }
    : { rows: [], changed: (found as { affectedRows: number }).affectedRows }

/** As mysql2 has it, though not in its types. */
function addressOf({ pool }: MysqlPool): string {
  const config = pool?.config as {
    readonly connectionConfig?: { readonly host?: string; readonly port?: number }
  }
  const { host = 'localhost', port = 3306 } = config?.connectionConfig ?? {}
  return `${host}:${port}`
}

const sqlStateOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'sqlState' in error ? String(error.sqlState) : ''

/** The server answered: the connection is sound. */
const isOfStatement = (error: unknown) => sqlStateOf(error) !== '' && !sqlStateOf(error).startsWith('08')

/** The server will not have a value; and a text that is no text is, to some, a general error. */
const isOfRecord = (error: unknown) =>
  /^2[23]/.test(sqlStateOf(error)) || codeOf(error) === 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD'

// https://mariadb.com/kb/en/mariadb-error-code-reference/
const missing = ['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR']
const faults: Faults = {
  ...networkFaults,
  ER_ACCESS_DENIED_ERROR: ['refuses the user or the password', 'check both'],
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: [
    'refuses the user without a password',
    'check the user and the password',
  ],
  ER_DBACCESS_DENIED_ERROR: [
    'does not let the user into the database',
    'check its name, or grant the rights to it',
  ],
  ER_TABLEACCESS_DENIED_ERROR: [
    'does not let the user do this',
    'grant it the rights to the tables, or run migrationSql() as another',
  ],
  ER_BAD_DB_ERROR: ['has no such database', 'check the name of the database'],
  ER_NO_DB_ERROR: ['was not told which database to use', 'name one in the options of the pool'],
  ER_CON_COUNT_ERROR: ['has too many connections', 'lower the size of the pools, or raise max_connections'],
  ER_OPTION_PREVENTS_STATEMENT: ['only reads', 'connect to the primary'],
  ER_SERVER_SHUTDOWN: ['is shutting down', 'is it restarting?'],
  PROTOCOL_CONNECTION_LOST: ['broke the connection off', 'is it restarting?'],
}
