export type { Change, Dialect, Queries } from './dialect.ts'
export type { Driver, Result, Row, SqlValue, Statement } from './driver.ts'
export { MissingTables, RefusedStatement } from './faults.ts'
export { migrationSql } from './migrations.ts'
export {
  createMysqlDriver,
  type MysqlConnection,
  type MysqlDriverOptions,
  type MysqlPool,
} from './mysql.ts'
export { createPostgresDriver, type PostgresDriverOptions } from './postgres.ts'
export type { PostgresClient, PostgresPool } from './postgres-pool.ts'
export { createSqliteDriver } from './sqlite.ts'
export { createDatabaseStore, type DatabaseStore, type DatabaseStoreOptions } from './store.ts'
