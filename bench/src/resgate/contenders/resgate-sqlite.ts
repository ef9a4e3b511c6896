import { join } from 'node:path'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createSessionContender } from '../session-contender.ts'

export const contender = createSessionContender(
  'resgate-sqlite',
  'relogin keys, in SQLite',
  async ({ store }) => {
    const database = createDatabaseStore({ driver: createSqliteDriver(join(store, 'sessions.db')) })
    await database.migrate()
    return database
  },
)
