import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import { Pool } from 'pg'
import { createExpressSessionContender } from '../express-session.ts'

const PgStore = connectPgSimple(session)

export const contender = createExpressSessionContender(
  'express-session-postgres',
  'express-session with connect-pg-simple',
  ({ store }) => {
    const pool = new Pool({ connectionString: store })
    pool.on('error', () => {}) // else the first lost connection would end the process
    return new PgStore({ pool, createTableIfMissing: true })
  },
)
