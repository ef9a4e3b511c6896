import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '@sojourn/conformance'
import { createTrial, databases, mariadb, sqlite, type Trial } from './databases.fixture.ts'
import { createDatabaseStore, type DatabaseStore } from './store.ts'

for (const database of databases) {
  suite(`the removals of a store in ${database.name}`, () => {
    test('are told in the process that removes before it has removed', async () => {
      await using trial = await createTrial(database)
      const told = listen(trial.store)
      await write(trial, 'a')
      await trial.store.remove('a')
      assert.deepEqual(told.ids, ['a'])
    })

    test('are told once, in each process, whichever it was that removed', async () => {
      await using trial = await createTrial(database)
      const { store } = trial
      const other = trial.second()
      const [told, toldElsewhere] = [listen(store), listen(other)]
      await untilHeard(trial, other, told)
      await untilHeard(trial, store, toldElsewhere)
      told.ids.length = toldElsewhere.ids.length = 0

      const ids = [
        'of the one',
        'of the other',
        '\0 "odd" \\ \ud800 ',
        'last of the one',
        'last of the other',
      ]
      for (const [n, id] of ids.entries()) {
        await write(trial, id)
        await [store, other][n % 2]?.remove(id)
      }
      for (const { ids: heard } of [told, toldElsewhere]) {
        await eventually(() => ids.every(id => heard.includes(id)), 'all removals were told')
      }
      // What comes twice comes at the next telling.
      await untilHeard(trial, other, told)
      await untilHeard(trial, store, toldElsewhere)
      for (const { ids: heard } of [told, toldElsewhere]) {
        const ours = heard.filter(id => ids.includes(id))
        assert.deepEqual(ours.toSorted(), ids.toSorted())
      }
    })

    test('are told to one process of two that remove the same', async () => {
      await using trial = await createTrial(database)
      const { store } = trial
      const other = trial.second()
      const [told, toldElsewhere] = [listen(store), listen(other)]
      await untilHeard(trial, other, told)
      await untilHeard(trial, store, toldElsewhere)
      await write(trial, 'contested')
      await Promise.all([store.remove('contested'), other.remove('contested'), store.remove('contested')])
      for (const { ids } of [told, toldElsewhere])
        await eventually(() => ids.includes('contested'), 'it was told')
      await untilHeard(trial, other, told)
      await untilHeard(trial, store, toldElsewhere)
      for (const { ids } of [told, toldElsewhere]) {
        assert.equal(ids.filter(id => id === 'contested').length, 1)
      }
    })

    test('are told again of an id that was written anew', async () => {
      await using trial = await createTrial(database)
      const told = listen(trial.store)
      for (let n = 0; n < 2; n++) {
        await write(trial, 'a')
        await trial.store.remove('a')
      }
      assert.deepEqual(told.ids, ['a', 'a'])
    })

    test('are asked for only while somebody listens, and not of a store that was closed', async () => {
      await using trial = await createTrial(database)
      const { store } = trial
      const other = trial.second()
      const [told, alsoTold] = [listen(store), listen(store)]
      await untilHeard(trial, other, told)
      told.stop()
      told.stop()
      alsoTold.ids.length = 0
      await untilHeard(trial, other, alsoTold)
      alsoTold.stop()
      const toldAnew = listen(store)
      await untilHeard(trial, other, toldAnew)
      assert.deepEqual(
        toldAnew.ids.filter(id => told.ids.includes(id)),
        [],
      )

      // Asks by itself, and counts for nothing in the trial.
      const { driver, end } = database.connect()
      const outside = createDatabaseStore({ driver, table: trial.table, now: trial.clock.now })
      const toldOutside = listen(outside)
      toldAnew.stop()
      await untilNobodyAsks()
      const toldAgain = listen(store)
      await untilHeard(trial, other, toldAgain)
      await store.close()
      toldAgain.ids.length = 0
      await untilNobodyAsks()
      assert.deepEqual(toldAgain.ids, [])
      await outside.close()
      await end()

      async function untilNobodyAsks() {
        assert.equal(trial.countListening(), 0)
        trial.takeRounds()
        for (let round = 0; round < 3; round++) await untilHeard(trial, other, toldOutside)
        const asked = trial.takeRounds().flatMap(statements => statements.map(({ sql }) => sql))
        assert.deepEqual(
          asked.filter(sql => /select.*\bseq\b/.test(sql)),
          [],
        )
      }
    })
  })
}

test('what waits to be told is forgotten after an hour', async () => {
  await using trial = await createTrial(sqlite)
  const { store, driver, table, clock } = trial
  const count = async () => {
    const [found] = await driver.run([{ sql: `select count(*) from ${table}_removals`, values: [] }])
    return found?.rows[0]?.[0]
  }
  await write(trial, 'a')
  await store.remove('a')
  clock.advance(3_600_000)
  await write(trial, 'b')
  await store.remove('b')
  await store.clearExpired()
  assert.equal(await count(), 2)
  clock.advance(1)
  await store.clearExpired()
  assert.equal(await count(), 1)
})

for (const database of [sqlite, mariadb]) {
  test(`what waits to be told in ${database.name} is forgotten a thousand at a time`, async () => {
    await using trial = await createTrial(database)
    const { store, clock } = trial
    const records = Array.from({ length: 2500 }, () => trial.record())
    await Promise.all(records.map(record => store.write(record)))
    await Promise.all(records.map(({ id }) => store.remove(id)))
    clock.advance(3_600_001)
    trial.takeRounds()
    await store.clearExpired()
    const sqls = trial.takeRounds().flatMap(statements => statements.map(({ sql }) => sql))
    assert.equal(sqls.filter(sql => /^delete from \S+_removals\W/.test(sql)).length, 3)
    const [left] = await trial.driver.run([{ sql: `select 1 from ${trial.table}_removals`, values: [] }])
    assert.deepEqual(left?.rows, [])
  })
}

interface Told {
  readonly ids: string[]
  readonly stop: () => void
}

function listen(store: DatabaseStore): Told {
  const ids: string[] = []
  return { ids, stop: store.onRemoved(id => void ids.push(id)) }
}

async function write(trial: Trial, id: string, store = trial.store): Promise<void> {
  assert.equal(await store.write(trial.record({ id })), true)
}

let removals = 0
/** Only what is broken ever comes to the end of it. */
const patienceMs = 20_000

/** Removes by `store` until one removal is heard: by then the listener hears, and has heard all before. */
async function untilHeard(trial: Trial, store: DatabaseStore, { ids }: Told): Promise<void> {
  const heard = ids.length
  const own: string[] = []
  const end = performance.now() + patienceMs
  while (!ids.slice(heard).some(id => own.includes(id))) {
    assert.ok(performance.now() < end, 'no removal is heard')
    const id = `removal ${++removals}`
    own.push(id)
    await write(trial, id, store)
    await store.remove(id)
  }
}
