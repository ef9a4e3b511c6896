import {
  changeOne,
  clearedAtOnce,
  insertOne,
  selectFrom,
  setFrom,
  updateOne,
  updateValues,
} from './common-queries.ts'
import { type Dialect, firstIds, tablesOf } from './dialect.ts'
import { columns, idAt, versionAt } from './row.ts'

const quote = (name: string) => `\`${name}\``

/** Neither MySQL nor MariaDB can say which rows an update changed, nor MySQL which a delete took: they are held first. */
export const mysql: Dialect = {
  name: 'mysql',
  // Inserts of several in one statement could not say which of them were there already.
  most: { read: 512, insert: 1, update: 128, remove: 512 },
  quote,

  createQueries(table) {
    const tables = tablesOf(table, quote)
    const { records, removals } = tables
    const select = selectFrom(tables)
    const insert = insertOne(tables)
    const update = updateOne(tables)
    const selectNext = (as: boolean) =>
      `select ${columns.map(column => (as ? `${typed(column)} as ${column}` : typed(column))).join(', ')}`
    const clear = `delete from ${records} where expires_at <= cast(? as signed)
      order by expires_at limit ${clearedAtOnce}`
    const forgetRemovals = `delete from ${removals} where at < ? order by at limit ${clearedAtOnce}`
    return {
      read(ids) {
        const values = pad(ids, ids[0] as string)
        return { sql: `${select} where ${among(values)}`, values }
      },

      insert: ([row = []]) => changeOne(row, { sql: insert, values: row }),

      update(rows) {
        const [row = []] = rows
        if (rows.length === 1) return changeOne(row, { sql: update, values: updateValues(row) })
        const ids = pad(
          rows.map(row => row[idAt] as string),
          row[idAt] as string,
        )
        const next = pad(
          rows,
          columns.map(() => null),
        )
        const union = next.map((_, index) => selectNext(index === 0)).join(' union all ')
        return {
          statements: [
            {
              sql: `select id, version from ${records} where ${among(ids)} order by id for update`,
              values: ids,
            },
            {
              sql: `update ${records} held join (${union}) next on held.id = next.id and held.version = next.version - 1
                set ${setFrom('next', 'held.')}`,
              values: next.flat(),
            },
          ],
          changed([held]) {
            const versions = new Map(held?.rows.map(([id, version]) => [id, Number(version)]))
            return rows
              .filter(row => versions.get(row[idAt]) === (row[versionAt] as number) - 1)
              .map(row => row[idAt] as string)
          },
        }
      },

      remove(ids, now) {
        const padded = pad(ids, ids[0] as string)
        const where = `where ${among(padded)}`
        return {
          statements: [
            { sql: `select id from ${records} ${where} order by id for update`, values: padded },
            {
              sql: `insert into ${removals} (id, at) select id, ? from ${records} ${where}`,
              values: [now, ...padded],
            },
            { sql: `delete from ${records} ${where}`, values: padded },
          ],
          changed: firstIds,
        }
      },

      clear: now => ({ sql: clear, values: [now] }),

      forgetRemovals: before => ({ sql: forgetRemovals, values: [before] }),
    }
  },

  lock: () => [],

  migrations(table) {
    const { records, meta, removals } = tablesOf(table, quote)
    const kind = 'engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin'
    return [
      [
        `create table if not exists ${records} (
  id varchar(255) not null primary key,
  user_id longtext,
  data longtext not null,
  created_at bigint not null,
  deadline bigint not null,
  expires_at bigint not null,
  version bigint not null,
  generation bigint not null,
  rotated_at bigint not null,
  attempts longtext not null,
  key user_id (user_id(191)),
  key expires_at (expires_at)
) ${kind}`,
        `create table if not exists ${removals} (
  seq bigint not null auto_increment primary key,
  id varchar(255) not null,
  at bigint not null,
  key at (at)
) ${kind}`,
        `create table if not exists ${meta} (name varchar(50) not null primary key, value bigint not null) ${kind}`,
        `insert ignore into ${meta} (name, value) values ('clearing', 0)`,
      ],
    ]
  },

  setMeta: (table, name, value) =>
    `replace into ${tablesOf(table, quote).meta} (name, value) values ('${name}', ${value})`,
}

/** To a length that is a power of two, so that there are few different statements to prepare. */
function pad<Value>(values: readonly Value[], filler: Value): Value[] {
  const length = 2 ** Math.ceil(Math.log2(values.length))
  return [...values, ...Array.from({ length: length - values.length }, () => filler)]
}

const among = (ids: readonly string[]) => `id in (${ids.map(() => '?').join(', ')})`

/** Null must not make a text a number, say. Numbers are left as they are: a cast would silently cut off what does not fit. */
const typed = (column: string) => (isText(column) ? 'cast(? as char)' : '?')
const isText = (column: string) => ['id', 'user_id', 'data', 'attempts'].includes(column)
