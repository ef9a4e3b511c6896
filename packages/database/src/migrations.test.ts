import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { createRecord } from '@sojourn/conformance'
import { createTrial, databases, mariadb, postgresql } from './databases.fixture.ts'
import type { Driver } from './driver.ts'
import { migrationSql } from './migrations.ts'
import { createDatabaseStore } from './store.ts'

for (const database of databases) {
  suite(`migrating ${database.name}`, () => {
    test('is done once by ten processes that start together', async () => {
      const table = `together_${randomBytes(4).toString('hex')}`
      const connected = Array.from({ length: 10 }, () => database.connect())
      const stores = connected.map(({ driver }) => createDatabaseStore({ driver, table }))
      await Promise.all(stores.map(store => store.migrate()))
      const record = createRecord(Date.now(), { version: 1 })
      assert.equal(await stores[0]?.write(record), true)
      await Promise.all(stores.map(store => store.migrate()))
      for (const store of stores) assert.deepEqual(await store.read(record.id), record)
      await Promise.all(stores.map(store => store.close()))
      await Promise.all(connected.map(({ end }) => end()))
    })

    test('does nothing when it has been done', async () => {
      await using trial = await createTrial(database)
      trial.takeRounds()
      await trial.store.migrate()
      assert.equal(trial.takeRounds().flat().length, 1)
    })

    test('brings tables of an earlier version up to date, and keeps what they hold', async () => {
      await using trial = await createTrial(database)
      const { driver, table } = trial
      await trial.store.write(trial.record({ id: 'a' }))
      const { dialect } = driver
      const next: Driver = {
        dialect: {
          ...dialect,
          migrations: name => [
            ...dialect.migrations(name),
            [`create table ${dialect.quote(`${name}_more`)} (id int)`],
          ],
        },
        listen: driver.listen,
        run: statements => driver.run(statements),
        close: async () => {},
      }
      const store = createDatabaseStore({ driver: next, table })
      await store.migrate()
      await store.migrate()
      await driver.run([{ sql: `insert into ${table}_more values (1)`, values: [] }])
      assert.equal((await store.read('a'))?.id, 'a')
    })

    test('can be done by hand, with the SQL that is printed', async () => {
      const { driver, end } = database.connect()
      const table = `by_hand_${randomBytes(4).toString('hex')}`
      const sql = migrationSql(driver.dialect.name, { table })
      for (const statement of sql.split(/;\n/).filter(text => text !== '')) {
        await driver.run([{ sql: statement, values: [] }])
      }
      const rounds: number[] = []
      const counting: Driver = {
        dialect: driver.dialect,
        listen: driver.listen,
        run(statements) {
          rounds.push(statements.length)
          return driver.run(statements)
        },
        close: () => driver.close(),
      }
      const store = createDatabaseStore({ driver: counting, table })
      await store.migrate()
      assert.deepEqual(rounds, [1], 'there was nothing left to do')
      assert.equal(await store.write(createRecord(Date.now(), { version: 1 })), true)
      await store.close()
      await end()
    })
  })
}

test('the SQL of a migration is printed for the default table, and for no odd name', () => {
  for (const dialect of ['sqlite', 'postgres', 'mysql'] as const) {
    assert.match(migrationSql(dialect), /create table if not exists .sojourn_sessions. \(/)
    assert.throws(() => migrationSql(dialect, { table: 'a; drop' }), { code: 'invalid_option' })
  }
})

for (const database of [postgresql, mariadb]) {
  test(`${database.name} finds a user's sessions and the expired by an index`, async () => {
    await using trial = await createTrial(database)
    const { driver, table } = trial
    const [found] = await driver.run([
      {
        sql:
          database === postgresql
            ? `select indexdef from pg_indexes where tablename = '${table}'`
            : `select concat(column_name, ' ', index_name) from information_schema.statistics where table_name = '${table}'`,
        values: [],
      },
    ])
    const indexes = found?.rows.flat().join('\n') ?? ''
    assert.match(indexes, /user_id/)
    assert.match(indexes, /expires_at/)
  })
}
