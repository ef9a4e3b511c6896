import { clearedAtOnce, columnList, selectFrom, setFrom } from './common-queries.ts'
import { type Dialect, firstIds, tablesOf } from './dialect.ts'
import type { Row, SqlValue } from './driver.ts'
import { columns } from './row.ts'

const quote = (name: string) => `"${name}"`
const isNumber = (column: string) => !['id', 'user_id', 'data', 'attempts'].includes(column)

/** Rows travel as an array for each column, so that their number does not change the statement. */
const unnest = `unnest(${columns.map(column => `?::${isNumber(column) ? 'bigint' : 'text'}[]`).join(', ')})`
const columnsOf = (rows: readonly Row[]) =>
  columns.map((_, column) => rows.map(row => row[column] as SqlValue))

export const postgres: Dialect = {
  name: 'postgres',
  most: { read: 500, insert: 100, update: 100, remove: 500 },
  quote,

  createQueries(table) {
    const tables = tablesOf(table, quote)
    const { records } = tables
    const change = (sql: string, values: readonly (readonly SqlValue[] | SqlValue)[]) => ({
      statements: [{ sql, values }],
      changed: firstIds,
    })
    const read = `${selectFrom(tables)} where id = any(?::text[])`
    const insert = `insert into ${records} (${columnList}) select * from ${unnest}
      order by 1 on conflict do nothing returning id`
    // Locks are taken in the order of the ids, so that batches of several processes never wait in a circle.
    const update = `with next as (select * from ${unnest} as n (${columnList})),
      held as (
        select ${records}.id from ${records} join next on ${records}.id = next.id
        where ${records}.version = next.version - 1 order by ${records}.id for update of ${records}
      )
      update ${records} set ${setFrom('next')} from next
      where ${records}.id = next.id and ${records}.id in (select id from held) returning ${records}.id`
    const remove = `with held as (select id from ${records} where id = any(?::text[]) order by id for update),
      gone as (delete from ${records} where id in (select id from held) returning id)
      select id, pg_notify(?, id) from gone`
    const clear = `delete from ${records} where id in (
      select id from ${records} where expires_at <= ?
      order by expires_at limit ${clearedAtOnce} for update skip locked)`
    return {
      read: ids => ({ sql: read, values: [ids] }),
      insert: rows => change(insert, columnsOf(rows)),
      update: rows => change(update, columnsOf(rows)),
      remove: ids => change(remove, [ids, table]),
      clear: now => ({ sql: clear, values: [now] }),
      forgetRemovals: null,
    }
  },

  lock: table => [{ sql: 'select pg_advisory_xact_lock(hashtext(?))', values: [`sojourn ${table}`] }],

  migrations(table) {
    const { records, meta } = tablesOf(table, quote)
    return [
      [
        `create table if not exists ${records} (
  id text collate "C" primary key,
  user_id text collate "C",
  data text not null,
  created_at bigint not null,
  deadline bigint not null,
  expires_at bigint not null,
  version bigint not null,
  generation bigint not null,
  rotated_at bigint not null,
  attempts text not null
)`,
        // Of any length: a b-tree holds no value above 2.7 kB.
        `create index if not exists ${quote(`${table}_user_id`)} on ${records} using hash (user_id)`,
        `create index if not exists ${quote(`${table}_expires_at`)} on ${records} (expires_at)`,
        `create table if not exists ${meta} (name text primary key, value bigint not null)`,
        `insert into ${meta} (name, value) values ('clearing', 0) on conflict do nothing`,
      ],
    ]
  },

  setMeta: (table, name, value) =>
    `insert into ${tablesOf(table, quote).meta} (name, value) values ('${name}', ${value})
on conflict (name) do update set value = excluded.value`,
}
