import { createDatabaseStore, createPostgresDriver } from '@sojourn/database'
import { Pool } from 'pg'
import { createSojournContender } from '../sojourn.ts'

export const contender = createSojournContender(
  'database-postgres',
  'Sojourn, in PostgreSQL',
  async ({ store }) => {
    const database = createDatabaseStore({
      driver: createPostgresDriver(new Pool({ connectionString: store })),
    })
    await database.migrate()
    return database
  },
)
