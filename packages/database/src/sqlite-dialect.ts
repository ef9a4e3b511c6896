import { clearedAtOnce, insertOne, selectFrom, updateOne, updateValues } from './common-queries.ts'
import { type Dialect, firstIds, tablesOf } from './dialect.ts'
import type { SqlValue } from './driver.ts'

const quote = (name: string) => `"${name}"`
/** The event loop waits meanwhile. */
const atOnce = 100

export const sqlite: Dialect = {
  name: 'sqlite',
  most: { read: 1, insert: 1, update: 1, remove: atOnce },
  quote,

  createQueries(table) {
    const tables = tablesOf(table, quote)
    const { records, removals } = tables
    const read = `${selectFrom(tables)} where id = ?`
    const insert = `${insertOne(tables)} on conflict do nothing returning id`
    const update = `${updateOne(tables)} returning id`
    const ids = 'id in (select value from json_each(?))'
    const note = `insert into ${removals} (id, at) select id, ? from ${records} where ${ids}`
    const remove = `delete from ${records} where ${ids} returning id`
    const clear = `delete from ${records} where id in (
      select id from ${records} where expires_at <= ? order by expires_at limit ${clearedAtOnce})`
    const forgetRemovals = `delete from ${removals} where seq in (
      select seq from ${removals} where at < ? order by at limit ${clearedAtOnce})`
    const change = (sql: string, values: readonly SqlValue[]) => ({
      statements: [{ sql, values }],
      changed: firstIds,
    })
    return {
      read: ids => ({ sql: read, values: ids }),
      insert: ([row = []]) => change(insert, row),
      update: ([row = []]) => change(update, updateValues(row)),
      remove(ids, now) {
        const list = JSON.stringify(ids)
        return {
          statements: [
            { sql: note, values: [now, list] },
            { sql: remove, values: [list] },
          ],
          changed: ([, removed]) => (removed === undefined ? [] : firstIds([removed])),
        }
      },
      clear: now => ({ sql: clear, values: [now] }),
      forgetRemovals: before => ({ sql: forgetRemovals, values: [before] }),
    }
  },

  lock: () => [],

  migrations(table) {
    const { records, meta, removals } = tablesOf(table, quote)
    // What is greater, node:sqlite would not read.
    const whole = `integer not null check (value between 0 and ${Number.MAX_SAFE_INTEGER})`
    const wholeOf = (column: string) => `${column} ${whole.replace('value', column)}`
    return [
      [
        `create table if not exists ${records} (
  id text primary key not null,
  user_id text,
  data text not null,
  ${['created_at', 'deadline', 'expires_at', 'version', 'generation', 'rotated_at'].map(wholeOf).join(',\n  ')},
  attempts text not null
) strict`,
        `create index if not exists ${quote(`${table}_user_id`)} on ${records} (user_id)`,
        `create index if not exists ${quote(`${table}_expires_at`)} on ${records} (expires_at)`,
        `create table if not exists ${removals} (
  seq integer primary key autoincrement,
  id text not null,
  at integer not null
) strict`,
        `create index if not exists ${quote(`${table}_removals_at`)} on ${removals} (at)`,
        `create table if not exists ${meta} (name text primary key not null, value integer not null) strict`,
        `insert into ${meta} (name, value) values ('clearing', 0) on conflict do nothing`,
      ],
    ]
  },

  setMeta: (table, name, value) =>
    `insert into ${tablesOf(table, quote).meta} (name, value) values ('${name}', ${value})
on conflict (name) do update set value = excluded.value`,
}
