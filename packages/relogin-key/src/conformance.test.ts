import { after } from 'node:test'
import { testStrategy } from '@sojourn/conformance'
import { createMemoryStore } from '@sojourn/memory'
import { createReloginKeyStrategy, type ReloginKeyStrategyOptions } from './index.ts'
import { startRedisStores, startSqliteStores } from './stores.fixture.ts'

const started = new AsyncDisposableStack()
after(() => started.disposeAsync())

const stores = {
  memory: { open: async (_: string, now: () => number) => createMemoryStore({ now }) },
  SQLite: started.use(startSqliteStores()),
  Redis: started.use(await startRedisStores()),
}

const ways: Record<string, Partial<ReloginKeyStrategyOptions>> = {
  'relogin key': {},
  'relogin key as JWT': { format: 'jwt' },
}

for (const [way, options] of Object.entries(ways)) {
  for (const [name, { open }] of Object.entries(stores)) {
    testStrategy(`${way} in ${name}`, {
      async open({ now, place }) {
        const store = await open(place, now)
        return keys => createReloginKeyStrategy({ store, keys, now, ...options })
      },
    })
  }
}
