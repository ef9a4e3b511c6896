import { after } from 'node:test'
import { patientMs, testStrategy } from '@sojourn/conformance'
import { createMemoryStore } from '@sojourn/memory'
import { createCookieStrategy, createRevocations } from './index.ts'
import { startRedisStores, startSqliteStores } from './stores.fixture.ts'

const started = new AsyncDisposableStack()
after(() => started.disposeAsync())

const stores = {
  memory: { open: async (_: string, now: () => number) => createMemoryStore({ now }) },
  SQLite: started.use(startSqliteStores()),
  Redis: started.use(await startRedisStores()),
}

testStrategy('cookie', {
  open:
    async ({ now }) =>
    keys =>
      createCookieStrategy({ keys, now }),
})

for (const [name, { open }] of Object.entries(stores)) {
  testStrategy(`cookie, revocations in ${name}`, {
    async open({ now, place }) {
      const revocations = createRevocations({ store: await open(place, now), now, timeoutMs: patientMs })
      return keys => createCookieStrategy({ keys, now, revocations })
    },
  })
}
