import { createMysqlDriver, createPostgresDriver, createSqliteDriver, type Driver } from '@sojourn/database'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'

export interface Database {
  /** As `PostgreSQL`. */
  readonly name: string
  /** As `127.0.0.1:5432/shop`. */
  readonly place: string
  readonly driver: Driver
  /** To be called once the store is closed. */
  end(): Promise<void>
}

/** The database of `url`; without one, SQLite in `file`. */
export async function openDatabase(url: string | undefined, file: string): Promise<Database> {
  if (!url) return { name: 'SQLite', place: file, driver: createSqliteDriver(file), async end() {} }
  try {
    return openServer(url)
  } catch (cause) {
    throw new Error(
      'DATABASE_URL must be as postgres://user:password@host/database, or mysql://… likewise, with what is special in a ' +
        'password written as %40, say.',
      { cause },
    )
  }
}

function openServer(url: string): Database {
  const { protocol, host, pathname } = new URL(url)
  const place = `${host}${pathname}`
  if (protocol === 'postgres:' || protocol === 'postgresql:') {
    const pool = new Pool({ connectionString: url })
    return { name: 'PostgreSQL', place, driver: createPostgresDriver(pool), end: () => pool.end() }
  }
  if (protocol === 'mysql:' || protocol === 'mariadb:') {
    const pool = createPool(url)
    return { name: 'MariaDB or MySQL', place, driver: createMysqlDriver(pool), end: () => pool.end() }
  }
  throw new Error(`There is no driver for ${protocol}`)
}
