import { join } from 'node:path'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender(
  'database-sqlite',
  'Sojourn, in SQLite',
  async ({ store }) => {
    const database = createDatabaseStore({ driver: createSqliteDriver(join(store, 'sessions.db')) })
    await database.migrate()
    return database
  },
)
