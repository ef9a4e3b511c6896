import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { hourMs, minuteMs } from '@sojourn/conformance'
import { createTrial, databases, folder, sqlite, type Trial } from './databases.fixture.ts'

/** Only what is broken ever comes to the end of it. */
const patienceMs = 20_000

for (const database of databases) {
  suite(`clearing out a store in ${database.name}`, () => {
    test('takes what has expired, tells nobody, and leaves the rest', async () => {
      await using trial = await createTrial(database)
      const { store, clock } = trial
      const told: string[] = []
      store.onRemoved(id => void told.push(id))
      const expiresAt = clock.now() + minuteMs
      await store.write(trial.record({ id: 'short', expiresAt }))
      await store.write(trial.record({ id: 'long', expiresAt: expiresAt + 1 }))
      const touched = trial.record({ id: 'touched', expiresAt })
      await store.write(touched)
      clock.advance(minuteMs - 1)
      await store.clearExpired()
      assert.equal(await countRecords(trial), 3)
      await store.write({ ...touched, version: 2, expiresAt: expiresAt + hourMs })
      clock.advance(1)
      await store.clearExpired()
      assert.equal(await store.read('short'), null)
      assert.equal(await countRecords(trial), 2)
      assert.deepEqual(told, [])
    })

    test('takes thousands, a thousand at a time', async () => {
      await using trial = await createTrial(database)
      const { store, clock } = trial
      const expiresAt = clock.now() + minuteMs
      const records = Array.from({ length: 2500 }, () => trial.record({ expiresAt }))
      await Promise.all(records.map(record => store.write(record)))
      clock.advance(minuteMs)
      trial.takeRounds()
      await store.clearExpired()
      const deletes = trial
        .takeRounds()
        .flat()
        .filter(({ sql }) => /expires_at <= /.test(sql))
      assert.equal(deletes.length, 3)
      assert.equal(await countRecords(trial), 0)
    })

    test('spares what is touched at the same moment', async () => {
      await using trial = await createTrial(database)
      const { store, clock } = trial
      const other = trial.second()
      const expiresAt = clock.now() + minuteMs
      const records = Array.from({ length: 200 }, () => trial.record({ expiresAt }))
      await Promise.all(records.map(record => store.write(record)))
      clock.advance(minuteMs)
      const touches = records.map(record =>
        other.write({ ...record, version: 2, expiresAt: expiresAt + hourMs }),
      )
      const [won] = await Promise.all([Promise.all(touches), store.clearExpired()])
      assert.equal(await countRecords(trial), won.filter(isWon => isWon).length)
    })

    test('happens by itself about once a minute, in one process of two', async t => {
      t.mock.timers.enable({ apis: ['setTimeout'] })
      t.mock.method(Math, 'random', () => 0.5)
      await using trial = await createTrial(database)
      const { store, clock } = trial
      const other = trial.second()
      trial.takeRounds()
      for (const lives of [1, 2, 3]) {
        await store.write(trial.record({ expiresAt: clock.now() + lives * minuteMs }))
      }
      await other.read('any')
      for (const left of [2, 1, 0]) {
        trial.takeRounds()
        clock.advance(minuteMs)
        t.mock.timers.tick(minuteMs)
        const seen: string[] = []
        const isOver = () => {
          seen.push(...trial.takeRounds().flatMap(statements => statements.map(({ sql }) => sql)))
          return seen.filter(sql => /^update .*'clearing'/.test(sql)).length === 3
        }
        const end = performance.now() + patienceMs
        while (!isOver()) {
          assert.ok(performance.now() < end, `two did not ask for the lease, and one give it up: ${seen}`)
          await store.read('any')
          await setImmediate()
        }
        await store.read('any')
        assert.equal(seen.filter(sql => /^delete from \S+ where (id in|expires_at)/.test(sql)).length, 1)
        assert.equal(await countRecords(trial), left)
      }
      await store.close()
      await other.close()
      trial.takeRounds()
      t.mock.timers.tick(10 * minuteMs)
      assert.deepEqual(trial.takeRounds(), [])
    })
  })
}

test('a turn that fails leaves the next to whoever comes first', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  t.mock.method(Math, 'random', () => 0.5)
  await using trial = await createTrial(sqlite)
  const { store, driver, table, clock } = trial
  await store.read('any')
  await driver.run([{ sql: `alter table ${table} rename to ${table}_away`, values: [] }])
  clock.advance(minuteMs)
  t.mock.timers.tick(minuteMs)
  const readLease = async () => {
    const sql = `select value from ${table}_meta where name = 'clearing'`
    const [found] = await driver.run([{ sql, values: [] }])
    return Number(found?.rows[0]?.[0])
  }
  const end = performance.now() + patienceMs
  while ((await readLease()) !== clock.now() + minuteMs / 2) {
    assert.ok(performance.now() < end, 'the lease was not given up')
    await setImmediate()
  }
})

test('a store that clears out keeps no process alive', async () => {
  const script = `
    import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
    const store = createDatabaseStore({ driver: createSqliteDriver(${JSON.stringify(join(folder, 'alone.db'))}) })
    await store.migrate()
    store.onRemoved(() => {})
    console.log(await store.read('a'))`
  const args = ['--conditions=source', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
    timeout: 20_000,
  })
  assert.equal(stdout, 'null\n')
})

async function countRecords({ driver, table }: Trial): Promise<number> {
  const [found] = await driver.run([{ sql: `select count(*) from ${table}`, values: [] }])
  return Number(found?.rows[0]?.[0])
}
