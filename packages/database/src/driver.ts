import type { Dialect } from './dialect.ts'

/** What statements carry and rows hold. A driver may give a whole number as text, or as a bigint. */
export type SqlValue = string | number | bigint | null

export interface Statement {
  /** With a `?` for each value, and nowhere else. */
  readonly sql: string
  /** An array is one value, for databases that have arrays. */
  readonly values: readonly (SqlValue | readonly SqlValue[])[]
}

/** Values in the order of the columns. */
export type Row = readonly SqlValue[]

export interface Result {
  readonly rows: readonly Row[]
  /** How many rows the statement inserted, updated or deleted. */
  readonly changed: number
}

/**
 * What a store asks of a database. `run` throws only `SessionError`s: `RefusedStatement` if the database would not
 * take what the statements carry, `MissingTables` if it must be migrated, else `store_unavailable`.
 */
export interface Driver {
  readonly dialect: Dialect
  /** Runs the statements in order on one connection, in one transaction if they are several. */
  run(statements: readonly Statement[]): Promise<readonly Result[]>
  /**
   * Listens to the messages on a channel, of any process, from when it can until it is stopped, over lost
   * connections too: what was sent meanwhile is not heard. Null where the database has no such thing.
   */
  readonly listen: null | ((channel: string, listener: (message: string) => void) => () => Promise<void>)
  /** Closes what the driver opened itself: never a pool that it was given. */
  close(): Promise<void>
}
