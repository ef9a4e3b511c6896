import { createDatabaseStore, createMysqlDriver } from '@sojourn/database'
import { createPool } from 'mysql2/promise'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender(
  'database-mariadb',
  'Sojourn, in MariaDB',
  async ({ store }) => {
    const database = createDatabaseStore({ driver: createMysqlDriver(createPool(store)) })
    await database.migrate()
    return database
  },
)
