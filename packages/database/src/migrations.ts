import { createCommonQueries } from './common-queries.ts'
import type { Dialect } from './dialect.ts'
import type { Driver } from './driver.ts'
import { MissingTables } from './faults.ts'
import { mysql } from './mysql-dialect.ts'
import { postgres } from './postgres-dialect.ts'
import { sqlite } from './sqlite-dialect.ts'
import { checkTable, defaultTable } from './table.ts'

/** Creates the tables, or brings them up to date. Any number of processes may do so at once. */
export async function migrate(driver: Driver, table: string): Promise<void> {
  const { dialect } = driver
  const version = await readVersion(driver, table)
  if (version >= dialect.migrations(table).length) return
  const statements = migrationsFrom(version, dialect, table).map(sql => ({ sql, values: [] }))
  await driver.run([...dialect.lock(table), ...statements])
}

/**
 * The SQL that `migrate()` runs on an empty database, for those who would rather run it themselves.
 *
 * @throws {SessionError} `invalid_option`
 */
export function migrationSql(dialect: Dialect['name'], options: { readonly table?: string } = {}): string {
  const { table = defaultTable } = options
  checkTable(table)
  return migrationsFrom(0, { sqlite, postgres, mysql }[dialect], table)
    .map(sql => `${sql};\n`)
    .join('')
}

function migrationsFrom(version: number, dialect: Dialect, table: string): string[] {
  const migrations = dialect.migrations(table)
  return [...migrations.slice(version).flat(), dialect.setMeta(table, 'version', migrations.length)]
}

/** Migrations are never changed once released, only added to: their number is the version of the tables. */
async function readVersion(driver: Driver, table: string): Promise<number> {
  try {
    const [version] = await driver.run([createCommonQueries(table, driver.dialect).version])
    return Number(version?.rows[0]?.[0] ?? 0)
  } catch (error) {
    if (error instanceof MissingTables) return 0
    throw error
  }
}
