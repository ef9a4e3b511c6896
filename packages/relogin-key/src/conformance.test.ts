import { after } from 'node:test'
import { patientMs, type StrategyHarness, testStrategy } from '@sojourn/conformance'
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
      return keys => createReloginKeyStrategy({ store, keys, now, timeoutMs: patientMs, ...options })
    },
  }
}

/** Each client has its cookie. */
const bound: StrategyHarness = {
  async open(options) {
    const make = await harnessOf(memory, { bind: true }).open(options)
    return keys => {
      const strategy = make(keys)
      return {
        ...strategy,
        resume: (credential, binding) => strategy.resume(credential, binding ?? 'a cookie'),
        save: (record, { reissue, binding }) =>
          strategy.save(record, { reissue, binding: binding ?? 'a cookie' }),
      }
    }
  },
}

// What a key looks like is nothing to a store: one is enough for the JWT, and Redis is shared.
testStrategy('relogin key in memory', harnessOf(memory))
testStrategy('relogin key in SQLite', harnessOf(sqlite))
testStrategy('relogin key in Redis', harnessOf(redis))
testStrategy('relogin key as JWT in Redis', harnessOf(redis, { format: 'jwt' }))
testStrategy('relogin key with a cookie in memory', bound)
