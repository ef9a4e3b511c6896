import type { Dialect } from './dialect.ts'
import { type Change, type Tables, tablesOf } from './dialect.ts'
import type { Row, Statement } from './driver.ts'
import { columns, idAt, versionAt } from './row.ts'

/** How many rows one statement of a clearing deletes. */
export const clearedAtOnce = 1000

export const columnList = columns.join(', ')
const otherColumns = columns.filter(column => column !== 'id')

export const selectFrom = ({ records }: Tables): string => `select ${columnList} from ${records}`

/** A plain insert of one record. */
export const insertOne = ({ records }: Tables): string =>
  `insert into ${records} (${columnList}) values (${columns.map(() => '?').join(', ')})`

/** The update of one record, with the values of `updateValues`. */
export const updateOne = ({ records }: Tables): string =>
  `update ${records} set ${otherColumns.map(column => `${column} = ?`).join(', ')} where id = ? and version = ?`

export const updateValues = (row: Row): Row => [
  ...row.slice(idAt + 1),
  row[idAt] as string,
  (row[versionAt] as number) - 1,
]

/** As in an `update … set`: all columns of a record from those of `source`. */
export const setFrom = (source: string, target = ''): string =>
  otherColumns.map(column => `${target}${column} = ${source}.${column}`).join(', ')

export interface CommonQueries {
  listByUser(userId: string): Statement
  readonly version: Statement
  /** Changes one row if nobody clears: until `until`, this process does. */
  lease(now: number, until: number): Statement
  endLease(until: number): Statement
  /** The number of the last removal. */
  readonly lastRemoval: Statement
  /** Numbers and ids of the removals after that number. */
  removalsAfter(number: number): Statement
}

/** What is the same in all dialects. */
export function createCommonQueries(table: string, dialect: Dialect): CommonQueries {
  const tables = tablesOf(table, dialect.quote)
  const { meta, removals } = tables
  const byUser = `${selectFrom(tables)} where user_id = ?`
  return {
    listByUser: userId => ({ sql: byUser, values: [userId] }),
    version: { sql: `select value from ${meta} where name = 'version'`, values: [] },
    lease: (now, until) => ({
      sql: `update ${meta} set value = ? where name = 'clearing' and value <= ?`,
      values: [until, now],
    }),
    endLease: until => ({ sql: `update ${meta} set value = ? where name = 'clearing'`, values: [until] }),
    lastRemoval: { sql: `select coalesce(max(seq), 0) from ${removals}`, values: [] },
    removalsAfter: number => ({
      sql: `select seq, id from ${removals} where seq > ? order by seq`,
      values: [number],
    }),
  }
}

/** The change of one record by one statement that says how many it changed. */
export const changeOne = (row: Row, statement: Statement): Change => ({
  statements: [statement],
  changed: ([result]) => (result?.changed === 1 ? [row[idAt] as string] : []),
})
