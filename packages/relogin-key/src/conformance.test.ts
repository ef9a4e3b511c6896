import { after } from 'node:test'
import { type StrategyHarness, testStrategy } from '@sojourn/conformance'
import { createMemoryStore } from '@sojourn/memory'
import { createReloginKeyStrategy, type ReloginKeyStrategyOptions } from './index.ts'
import { startRedisStores, startSqliteStores } from './stores.fixture.ts'

const started = new AsyncDisposableStack()
after(() => started.disposeAsync())

const memory = { open: async (_: string, now: () => number) => createMemoryStore({ now }) }
const sqlite = started.use(startSqliteStores())
const redis = started.use(await startRedisStores())

function harnessOf(
  { open }: Pick<typeof redis, 'open'>,
  options: Partial<ReloginKeyStrategyOptions> = {},
): StrategyHarness {
  return {
    async open({ now, place }) {
      const store = await open(place, now)
      return keys => createReloginKeyStrategy({ store, keys, now, ...options })
    },
  }
}

// What a key looks like is nothing to a store: one is enough for the JWT, and Redis is shared.
testStrategy('relogin key in memory', harnessOf(memory))
testStrategy('relogin key in SQLite', harnessOf(sqlite))
testStrategy('relogin key in Redis', harnessOf(redis))
testStrategy('relogin key as JWT in Redis', harnessOf(redis, { format: 'jwt' }))
