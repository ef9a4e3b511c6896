import { join } from 'node:path'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createReloginContender } from '../relogin.ts'

export const contender = createReloginContender(
  'relogin-key-sqlite',
  'relogin keys, in SQLite',
  async ({ store }) => {
    const database = createDatabaseStore({ driver: createSqliteDriver(join(store, 'sessions.db')) })
    await database.migrate()
    return database
  },
)
