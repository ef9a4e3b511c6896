/** A server in a process of its own, that can be killed: `node shop-process.fixture.ts FILE PORT`. */
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { openSite } from './site.fixture.ts'

const [file = '', port = '0'] = process.argv.slice(2)
const store = createDatabaseStore({ driver: createSqliteDriver(file) })
await store.migrate()
const site = await openSite({ store, port: Number(port) })
process.on('disconnect', () => process.exit())
process.send?.(site.port)
