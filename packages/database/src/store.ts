import type { SessionRecord, SessionStore } from '@sojourn/core'
import { Batch } from './batch.ts'
import { Clearing } from './clearing.ts'
import { createCommonQueries } from './common-queries.ts'
import type { Change } from './dialect.ts'
import type { Driver, Row } from './driver.ts'
import { RefusedStatement } from './faults.ts'
import { migrate } from './migrations.ts'
import { RemovalFeed } from './removal-feed.ts'
import { dataAt, idAt, toRecord, toRow, toText } from './row.ts'
import { checkTable, defaultTable } from './table.ts'

export interface DatabaseStoreOptions {
  /** What `createSqliteDriver`, `createPostgresDriver` or `createMysqlDriver` makes. */
  readonly driver: Driver
  /** The table of the records; others begin with its name. At most 40 of `a-z`, `0-9`, `_`; default `sojourn_sessions`. */
  readonly table?: string
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

export interface DatabaseStore extends SessionStore {
  /** Creates the tables, or brings them up to date. Any number of processes may do so at once. */
  migrate(): Promise<void>
  /** Clears out what has expired, 1,000 at a time; done by itself about once a minute, by one process for all. */
  clearExpired(): Promise<void>
}

/**
 * Sessions in a database, shared by all processes that use its table.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createDatabaseStore(options: DatabaseStoreOptions): DatabaseStore {
  const { driver, table = defaultTable, now = Date.now } = options
  checkTable(table)
  return new Store(driver, table, now)
}

class Store implements DatabaseStore {
  readonly name = 'database'
  readonly traits = { durable: true, shared: true }
  readonly #driver: Driver
  readonly #table: string
  readonly #queries
  readonly #reads: Batch<string, Row | undefined>
  readonly #inserts: Batch<Row, boolean>
  readonly #updates: Batch<Row, boolean>
  readonly #removals: Batch<string, boolean>
  readonly #feed: RemovalFeed
  readonly #clearing: Clearing

  constructor(driver: Driver, table: string, now: () => number) {
    const { dialect } = driver
    const queries = { ...dialect.createQueries(table), ...createCommonQueries(table, dialect) }
    const { most } = dialect
    const ofRow = { keyOf: (row: Row) => row[idAt], sizeOf: (row: Row) => String(row[dataAt]).length }
    this.#driver = driver
    this.#table = table
    this.#queries = queries
    this.#reads = new Batch(ids => this.#readRows(ids), { most: most.read })
    this.#inserts = new Batch(rows => this.#insert(rows), { most: most.insert, ...ofRow })
    this.#updates = new Batch(rows => this.#change(queries.update(rows), rows.map(idOf)), {
      most: most.update,
      ...ofRow,
    })
    this.#removals = new Batch(ids => this.#change(queries.remove(ids, now()), ids), { most: most.remove })
    this.#feed = new RemovalFeed(driver, queries, table)
    this.#clearing = new Clearing(driver, queries, now)
  }

  async read(id: string): Promise<SessionRecord | null> {
    this.#clearing.arm()
    const row = await this.#reads.add(toText(id))
    return row === undefined ? null : toRecord(this.name, row, id)
  }

  async write(next: SessionRecord): Promise<boolean> {
    this.#clearing.arm()
    const row = toRow(next)
    if (next.version !== 1) return this.#updates.add(row)
    const isWritten = await this.#inserts.add(row)
    if (isWritten) this.#feed.forget(next.id)
    return isWritten
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    this.#clearing.arm()
    const [found] = await this.#driver.run([this.#queries.listByUser(toText(userId))])
    return (found?.rows ?? []).flatMap(row => {
      const record = toRecord(this.name, row)
      return record?.userId === userId ? [record] : []
    })
  }

  async remove(id: string): Promise<void> {
    this.#clearing.arm()
    if (await this.#removals.add(toText(id))) this.#feed.tell(id)
  }

  onRemoved(listener: (id: string) => void): () => void {
    return this.#feed.add(listener)
  }

  async close(): Promise<void> {
    this.#clearing.close()
    await this.#feed.close()
    await this.#driver.close()
  }

  migrate(): Promise<void> {
    return migrate(this.#driver, this.#table)
  }

  clearExpired(): Promise<void> {
    return this.#clearing.clear()
  }

  async #readRows(ids: readonly string[]): Promise<readonly (Row | undefined)[]> {
    const [found] = await this.#driver.run([this.#queries.read(ids)])
    const rows = found?.rows ?? []
    if (ids.length === 1) return [rows[0]]
    const byId = new Map(rows.map(row => [row[idAt], row]))
    return ids.map(id => byId.get(id))
  }

  async #insert(rows: readonly Row[]): Promise<readonly boolean[]> {
    try {
      return await this.#change(this.#queries.insert(rows), rows.map(idOf))
    } catch (error) {
      if (rows.length === 1 && error instanceof RefusedStatement && error.isDuplicate) return [false]
      throw error
    }
  }

  async #change(change: Change, ids: readonly string[]): Promise<readonly boolean[]> {
    const changed = new Set(change.changed(await this.#driver.run(change.statements)))
    return ids.map(id => changed.has(id))
  }
}

const idOf = (row: Row) => row[idAt] as string
