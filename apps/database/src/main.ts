import { relative, resolve } from 'node:path'
import { createStoredStrategy } from '@sojourn/core'
import { createDatabaseStore } from '@sojourn/database'
import { keepSecret, startDemo } from '@sojourn/demo'
import { openDatabase } from './open-database.ts'

const folder = process.env.DATA_FOLDER || resolve(import.meta.dirname, '../data')
const file = relative('', resolve(folder, 'sessions.db'))
const refuse = (error: Error) => {
  console.error(error.message)
  process.exit(1)
}

const database = await openDatabase(process.env.DATABASE_URL, file).catch(refuse)
const store = createDatabaseStore({ driver: database.driver })
await store.migrate().catch(refuse)
console.log(`Database: ${database.name}, ${database.place}`)

await startDemo({
  strategy: createStoredStrategy({ store, keys: [keepSecret(folder)] }),
  title: `Sessions in ${database.name}`,
  about: [
    'Your session is a row of a table, and the cookie in your browser only names it. So it outlives the server, every ' +
      'server that uses the same database knows you, and the database that you have anyway is all that is needed.',
    'Sign in, then restart the server: you stay signed in. Sign in with another browser, and end one session from the ' +
      'other. Then start a second server, and open it: you are signed in there, too. Start it with: ' +
      '`PORT=3013 npx turbo run dev --filter=demo-database`',
    '`DATABASE_URL` in the environment makes it PostgreSQL, MariaDB or MySQL. Without one it is SQLite, for which nothing ' +
      'needs to be installed.',
  ],
  port: 3003,
})
await database.end()
