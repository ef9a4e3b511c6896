import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { createRecord, eventually, patientMs, TrialStore } from '@sojourn/conformance'
import { onSessionEvent, type SessionStore } from '@sojourn/core'
import { createReloginKeyStrategy } from './index.ts'
import { startRedisStores, startSqliteStores } from './stores.fixture.ts'
import { keys } from './trial.fixture.ts'

const started = new AsyncDisposableStack()
after(() => started.disposeAsync())

const reference = new TrialStore()

const stores = {
  'the reference store': { open: async (): Promise<SessionStore> => reference },
  SQLite: started.use(startSqliteStores()),
  Redis: started.use(await startRedisStores()),
}

for (const [name, { open }] of Object.entries(stores)) {
  suite(`20 resumes at once with one key, on two servers of ${name}`, () => {
    /** A session, and its key, on both. */
    async function start(place: string) {
      const life = new AsyncDisposableStack()
      const serve = async () => {
        const strategy = createReloginKeyStrategy({ store: await open(place), keys, timeoutMs: patientMs })
        life.defer(() => strategy.close())
        return strategy
      }
      const [one, two] = [await serve(), await serve()]
      const begun = await one.save(createRecord(Date.now(), { userId: place }), { reissue: false })
      assert.ok(begun.ok && begun.credential)
      const { record, credential } = begun
      let reuses = 0
      life.defer(
        onSessionEvent('reuse', ({ sessionId }) => {
          if (sessionId === record.id) reuses++
        }),
      )
      return {
        ...{ one, two, record },
        countReuses: () => reuses,
        async resumeAtOnce(attemptOf: (n: number) => string) {
          const resumes = Array.from({ length: 20 }, (_, n) =>
            (n % 2 === 0 ? one : two).resume(credential + attemptOf(n)),
          )
          return (await Promise.all(resumes)).flatMap(answer => answer?.credential ?? [])
        },
        [Symbol.asyncDispose]: () => life.disposeAsync(),
      }
    }

    for (const [kind, attempt] of [
      ['the same attempt', '.attempt'],
      ['no attempt', ''],
    ] as const) {
      test(`and ${kind}, get one and the same successor`, async () => {
        await using trial = await start(`same${attempt.length}`)
        const given = await trial.resumeAtOnce(() => attempt)
        assert.equal(given.length, 20)
        assert.equal(new Set(given).size, 1)
        const stored = await trial.one.directory.find(trial.record.id)
        assert.deepEqual([stored?.generation, stored?.version], [1, 2], 'more than one was written')
        assert.equal(trial.countReuses(), 0)
        assert.ok(await trial.two.resume(given[0] as string))
      })
    }

    test('and as many attempts, end the session and tell of it once', async () => {
      await using trial = await start('different')
      const { one, two, record } = trial
      const told: string[] = []
      one.revoker.onRevoked(id => void told.push(id))
      const given = await trial.resumeAtOnce(n => `.attempt${n}`)
      assert.equal(given.length, 1)
      for (const strategy of [one, two]) {
        assert.equal(await strategy.resume(given[0] as string), null)
        assert.equal(await strategy.directory.find(record.id), null)
        assert.deepEqual(await strategy.directory.list('different'), [])
      }
      assert.equal(trial.countReuses(), 1)
      await eventually(() => told.length > 0, 'the revocation was told')
      assert.deepEqual(told, [record.id])
    })
  })
}
