import type { Result, Row, Statement } from './driver.ts'

/** The SQL of one kind of database. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres' | 'mysql'
  /** How many records one statement reads, inserts, updates or removes; 1 where several are no cheaper together. */
  readonly most: {
    readonly read: number
    readonly insert: number
    readonly update: number
    readonly remove: number
  }
  quote(name: string): string
  createQueries(table: string): Queries
  /** What must come first, so that migrations of several processes wait for each other. */
  lock(table: string): readonly Statement[]
  /**
   * What each version adds to the one before, as statements. They may be run again, over themselves: another process
   * may just have done so.
   */
  migrations(table: string): readonly (readonly string[])[]
  /** Sets what is known by a name in the table beside the records. */
  setMeta(table: string, name: string, value: number): string
}

/** What differs between the dialects; what does not is in `common-queries.ts`. Ids are as in rows. */
export interface Queries {
  read(ids: readonly string[]): Statement
  /** Inserts those that are not there. */
  insert(rows: readonly Row[]): Change
  /** Updates those of which the version before is there. */
  update(rows: readonly Row[]): Change
  /** Removes, and lets other processes know. */
  remove(ids: readonly string[], now: number): Change
  /** Deletes up to `clearedAtOnce` of what had expired by then. */
  clear(now: number): Statement
  /** Deletes up to `clearedAtOnce` of the removals before then; null where none are kept. */
  readonly forgetRemovals: ((before: number) => Statement) | null
}

/** Statements to be run together, and of which ids their results say that they did something. */
export interface Change {
  readonly statements: readonly Statement[]
  changed(results: readonly Result[]): readonly string[]
}

/** The tables of a store, quoted. */
export interface Tables {
  readonly records: string
  /** Numbers by name: the version of the tables, and until when one process clears. */
  readonly meta: string
  /** What was removed, for databases without messages. */
  readonly removals: string
}

export const tablesOf = (table: string, quote: (name: string) => string): Tables => ({
  records: quote(table),
  meta: quote(`${table}_meta`),
  removals: quote(`${table}_removals`),
})

/** The ids in the first column of the first result. */
export const firstIds = ([first]: readonly Result[]): readonly string[] =>
  first === undefined ? [] : first.rows.map(row => row[0] as string)
