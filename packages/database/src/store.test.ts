import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { onSessionEvent, type SessionRecord } from '@sojourn/core'
import { createTrial, databases, mariadb, postgresql, sqlite } from './databases.fixture.ts'
import { MissingTables } from './faults.ts'
import { createDatabaseStore } from './store.ts'

const servers = [postgresql, mariadb]

for (const database of servers) {
  suite(`a store in ${database.name}`, () => {
    test('reads the sessions of 32 requests at once with one statement', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const records = Array.from({ length: 32 }, () => record({ userId: 'alice' }))
      for (const written of records) assert.ok(await store.write(written))
      trial.takeRounds()
      const read = await Promise.all([...records, record()].map(({ id }) => store.read(id)))
      assert.deepEqual(read, [...records, null])
      const rounds = trial.takeRounds()
      assert.deepEqual(
        rounds.map(statements => statements.length),
        [1],
      )
    })

    test('reads one session that several requests ask for, for each of them', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const written = record({ attempts: ['first'] })
      await store.write(written)
      const [one, other] = await Promise.all([store.read(written.id), store.read(written.id)])
      assert.deepEqual(one, written)
      Reflect.set(one?.attempts ?? [], 0, 'changed')
      assert.deepEqual(other, written)
    })

    test('reads more sessions than fit into one statement', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const written = record()
      await store.write(written)
      trial.takeRounds()
      const ids = Array.from({ length: 1500 }, (_, n) => (n % 100 === 0 ? written.id : `unknown ${n}`))
      const read = await Promise.all(ids.map(id => store.read(id)))
      assert.equal(read.filter(found => found !== null).length, 15)
      const rounds = trial.takeRounds().length
      assert.ok(rounds >= 3 && rounds <= 4, `${rounds} statements`)
    })

    test('saves the touches of 32 requests at once together, and says of each whether it won', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const records = Array.from({ length: 32 }, () => record())
      for (const written of records) await store.write(written)
      const late = records[7] as SessionRecord
      assert.ok(await store.write({ ...late, version: 2, data: '{"by":"another"}' }))
      trial.takeRounds()
      const won = await Promise.all([
        ...records.map(before => store.write({ ...before, version: 2, data: '{"by":"us"}' })),
        store.write(record({ version: 2 })),
      ])
      assert.deepEqual(won, [...records.map(before => before !== late), false])
      assert.equal(trial.takeRounds().length, 1)
      for (const { id } of records) {
        assert.equal((await store.read(id))?.data, id === late.id ? '{"by":"another"}' : '{"by":"us"}')
      }
    })

    test('saves what many write at once, of which only some is new', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const [known, ...fresh] = Array.from({ length: 5 }, () => record()) as [SessionRecord]
      await store.write(known)
      const won = await Promise.all([known, ...fresh].map(written => store.write(written)))
      assert.deepEqual(won, [false, true, true, true, true])
    })

    test('takes rivals of one session one after the other', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const [first, other] = [record(), record()]
      await store.write(first)
      await store.write(other)
      const rivals = ['a', 'b', 'c'].map(by => ({ ...first, version: 2, data: `{"by":"${by}"}` }))
      const won = await Promise.all([...rivals, { ...other, version: 2 }].map(next => store.write(next)))
      assert.equal(won.filter(isWon => isWon).length, 2)
      assert.equal(won[3], true)
      assert.deepEqual(await store.read(first.id), rivals[won.indexOf(true)])
    })

    test('lets no record that the database refuses fail the others of its tick', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const records = Array.from({ length: 4 }, () => record())
      for (const written of records) await store.write(written)
      const saves = records.map((before, n) => ({
        ...before,
        version: 2,
        ...(n === 2 ? { createdAt: 1e300 } : {}),
      }))
      const settled = await Promise.allSettled(saves.map(next => store.write(next)))
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
      )
      assert.equal((settled[2] as PromiseRejectedResult).reason.code, 'store_unavailable')
      for (const [n, { id }] of records.entries())
        assert.equal((await store.read(id))?.version, n === 2 ? 1 : 2)
    })

    test('removes 1,000 sessions of a user with a few statements', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const records = Array.from({ length: 1000 }, () => record({ userId: 'alice' }))
      await Promise.all(records.map(written => store.write(written)))
      const listed = await store.listByUser('alice')
      assert.equal(listed.length, 1000)
      trial.takeRounds()
      await Promise.all(listed.map(({ id }) => store.remove(id)))
      const rounds = trial.takeRounds().length
      assert.ok(rounds >= 2 && rounds <= 3, `${rounds} rounds`)
      assert.deepEqual(await store.listByUser('alice'), [])
    })

    test('lets two processes save the same sessions in opposite orders', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const other = trial.second()
      const records = Array.from({ length: 60 }, () => record())
      await Promise.all(records.map(written => store.write(written)))
      for (let version = 2; version < 12; version++) {
        const saves = records.map(before => ({ ...before, version }))
        const won = await Promise.all([
          ...saves.map(next => store.write(next)),
          ...saves.toReversed().map(next => other.write(next)),
        ])
        assert.equal(won.filter(isWon => isWon).length, 60)
      }
    })
  })
}

for (const database of databases) {
  suite(`any store, in ${database.name}`, () => {
    test('carries what databases find hard', async () => {
      await using trial = await createTrial(database)
      const { store, record } = trial
      const texts = ['\0', 'a\0b', '\ud800', '\udfff!', 'a ', 'a  ', 'a', 'A', '\\', '\\u0000', '"', '?']
      const odd = [...texts, '$1', '\u2028', 'ﬀ', 'İ', 'x'.repeat(60), '😀'.repeat(20)]
      for (const text of odd) assert.ok(await store.write(record({ id: text, userId: text.repeat(200) })))
      for (const text of odd) {
        assert.equal((await store.read(text))?.id, text)
        const listed = await store.listByUser(text.repeat(200))
        assert.deepEqual(
          listed.map(({ id }) => id),
          [text],
        )
      }
      for (const text of odd) await store.remove(text)
      for (const text of odd) assert.equal(await store.read(text), null)
    })

    test('lists the sessions of a user whose id is long, and does not shrink', async () => {
      await using trial = await createTrial(database)
      const start = randomBytes(4500).toString('base64')
      for (const end of ['a', 'b']) {
        assert.ok(await trial.store.write(trial.record({ id: `of ${end}`, userId: start + end })))
      }
      const listed = await trial.store.listByUser(`${start}b`)
      assert.deepEqual(
        listed.map(({ id }) => id),
        ['of b'],
      )
    })

    test('reads anything as null that was never written', async () => {
      await using trial = await createTrial(database)
      const ids = ['', '\0', '__proto__', 'x'.repeat(10_000), '\ud800', "' or 1=1 --", '%', '日本']
      for (const id of ids) assert.equal(await trial.store.read(id), null)
      assert.deepEqual(
        await Promise.all(ids.map(id => trial.store.read(id))),
        [...ids].fill('').map(() => null),
      )
      for (const id of ids) assert.deepEqual(await trial.store.listByUser(id), [])
    })

    test('carries a megabyte of data', async () => {
      await using trial = await createTrial(database)
      const records = Array.from({ length: 3 }, () =>
        trial.record({ data: `{"x":"${'é'.repeat(500_000)}"}` }),
      )
      const won = await Promise.all(records.map(written => trial.store.write(written)))
      assert.deepEqual(won, [true, true, true])
      for (const written of records) assert.deepEqual(await trial.store.read(written.id), written)

      const saves = records.map((before, n) => ({
        ...before,
        version: 2,
        ...(n === 0 ? { data: '{}' } : {}),
      }))
      assert.deepEqual(await Promise.all(saves.map(next => trial.store.write(next))), [true, true, true])
      for (const saved of saves) assert.deepEqual(await trial.store.read(saved.id), saved)
    })

    test('can be asked by hand for the sessions of an ordinary user', async () => {
      await using trial = await createTrial(database)
      await trial.store.write(trial.record({ id: 'the-session', userId: 'alice@example.com' }))
      const sql = `select id from ${trial.table} where user_id = 'alice@example.com'`
      const [found] = await trial.driver.run([{ sql, values: [] }])
      assert.deepEqual(found?.rows, [['the-session']])
    })

    test('takes a row that another program mangled for none, and says so', async t => {
      await using trial = await createTrial(database)
      const { store, driver, table, record } = trial
      const manglings: Record<string, string | number> = {
        attempts: '{"is":"no array"}',
        version: 0,
        user_id: '\\x',
        id: 'mangled\\x',
      }
      if (database !== sqlite) Object.assign(manglings, { deadline: '9223372036854775807', generation: -1 })
      await store.write(record({ userId: 'alice', id: 'sound' }))
      const told: string[] = []
      t.after(
        onSessionEvent('record-malformed', ({ sessionId, strategy }) =>
          told.push(`${strategy} ${sessionId}`),
        ),
      )
      for (const [column, value] of Object.entries({ ...manglings, attempts2: 'no JSON' })) {
        const name = column.replace('2', '')
        await store.write(record({ userId: 'alice', id: `of ${column}` }))
        await driver.run([
          { sql: `update ${table} set ${name} = ? where id = ?`, values: [value, `of ${column}`] },
        ])
        assert.equal(await store.read(`of ${column}`), null, column)
        if (column !== 'id') assert.deepEqual(told.splice(0), [`database of ${column}`])
      }
      const listed = await store.listByUser('alice')
      assert.deepEqual(
        listed.map(({ id }) => id),
        ['sound'],
      )
      assert.equal(told.length, Object.keys(manglings).length)
    })

    test('reads a row with a null where there must be a text as none', async t => {
      await using trial = await createTrial(database)
      const { store, driver, table, record } = trial
      if (database === postgresql) await run(`alter table ${table} alter column data drop not null`)
      if (database === mariadb) await run(`alter table ${table} modify data longtext null`)
      if (database === sqlite) {
        await run(`create table other as select * from ${table}`)
        await run(`drop table ${table}`)
        await run(`alter table other rename to ${table}`)
        await run(`create unique index ${table}_id on ${table} (id)`)
      }
      const told: string[] = []
      t.after(onSessionEvent('record-malformed', ({ sessionId }) => told.push(sessionId)))
      await store.write(record({ id: 'mangled', userId: 'alice' }))
      await run(`update ${table} set data = null`)
      assert.equal(await store.read('mangled'), null)
      assert.deepEqual(await store.listByUser('alice'), [])
      assert.deepEqual(told, ['mangled', 'mangled'])
      await store.remove('mangled')
      assert.deepEqual(await store.listByUser('alice'), [])
      assert.deepEqual(told, ['mangled', 'mangled'])

      async function run(sql: string) {
        await driver.run([{ sql, values: [] }])
      }
    })

    test('says that it was not migrated', async () => {
      await using trial = await createTrial(database)
      const { connect } = database
      const { driver, end } = connect()
      const store = createDatabaseStore({ driver, table: 'never_migrated' })
      const uses = [
        () => store.read('a'),
        () => Promise.all([store.read('a'), store.read('b')]),
        () => store.write(trial.record()),
        () => store.write(trial.record({ version: 2 })),
        () => store.listByUser('alice'),
        () => store.remove('a'),
      ]
      for (const use of uses) {
        await assert.rejects(use, error => {
          assert.ok(error instanceof MissingTables)
          assert.equal(error.code, 'store_unavailable')
          assert.match(error.message, /never_migrated.*migrate\(\)/)
          return true
        })
      }
      await store.close()
      await end()
    })
  })
}

test('a store whose table compares without case gives nobody the session of another', async () => {
  await using trial = await createTrial(mariadb)
  const { store, driver, table, record } = trial
  const sql = `alter table ${table} convert to character set utf8mb4 collate utf8mb4_general_ci`
  await driver.run([{ sql, values: [] }])
  const written = record({ id: 'abc', userId: 'alice' })
  await store.write(written)
  assert.equal(await store.read('ABC'), null)
  assert.deepEqual(await Promise.all([store.read('ABC'), store.read('abc')]), [null, written])
  assert.deepEqual(await store.listByUser('Alice'), [])
  assert.deepEqual(await store.listByUser('alice'), [written])
})

test('a store refuses a table that is no plain name', () => {
  const { driver } = sqlite.connect()
  const names = ['', '1st', 'Sessions', 'a.b', 'a b', 'a"', 'a;', 'x'.repeat(41), 'é']
  for (const table of names) {
    assert.throws(() => createDatabaseStore({ driver, table }), { code: 'invalid_option' }, table)
  }
})

for (const database of databases) {
  test(`a store in ${database.name} may have a word of SQL as its table`, async () => {
    const { driver, end } = database.connect()
    const store = createDatabaseStore({ driver, table: 'order' })
    await store.migrate()
    assert.equal(await store.read('a'), null)
    await store.close()
    await end()
  })
}
