import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createRecord } from '@sojourn/conformance'
import { createSqliteDriver } from './sqlite.ts'
import { createDatabaseStore, type DatabaseStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'sojourn-sqlite-'))
after(() => rm(folder, { recursive: true }))

suite('a store in SQLite', () => {
  test('makes its file, and the folders to it, and writes ahead', async () => {
    const path = join(folder, 'some', 'where', 'sessions.db')
    const store = await open(path)
    assert.ok(existsSync(path))
    const other = new DatabaseSync(path)
    assert.deepEqual({ ...other.prepare('pragma journal_mode').get() }, { journal_mode: 'wal' })
    other.close()
    await store.close()
    await assert.rejects(store.read('a'), { code: 'store_unavailable' })
  })

  test('refuses to be in memory', () => {
    for (const path of [':memory:', '', new DatabaseSync(':memory:')]) {
      assert.throws(() => createSqliteDriver(path), { code: 'invalid_option' })
    }
  })

  test('reads while another process writes, and writes as soon as that has done', async () => {
    const path = join(folder, 'locked.db')
    const store = await open(path)
    const record = createRecord(Date.now(), { version: 1 })
    await store.write(record)
    const rival = new DatabaseSync(path)
    rival.exec('begin immediate')
    let isWritten = false
    const writing = store.write({ ...record, version: 2 }).then(won => {
      isWritten = won
    })
    for (let n = 0; n < 100; n++) assert.deepEqual(await store.read(record.id), record)
    assert.equal(isWritten, false)
    rival.exec('commit')
    await writing
    assert.equal((await store.read(record.id))?.version, 2)
    rival.close()
    await store.close()
  })

  test('gives up when another process writes for too long, and the event loop goes on', async () => {
    const path = join(folder, 'held.db')
    const store = await open(path)
    const rival = new DatabaseSync(path)
    rival.exec('begin immediate')
    let isOver = false
    const refused = [store.write(createRecord(Date.now(), { version: 1 })), store.remove('a')].map(writing =>
      assert
        .rejects(writing, { code: 'store_unavailable', message: /held\.db .*another process has held/ })
        .finally(() => {
          isOver = true
        }),
    )
    let reads = 0
    for (; !isOver; reads++) {
      assert.equal(await store.read('a'), null)
      await setImmediate()
    }
    assert.ok(reads > 10, `only ${reads} reads`)
    await Promise.all(refused)
    rival.exec('commit')
    rival.close()
    await store.close()
  })

  test('takes a database that is open already, and waits while a transaction is open on it', async () => {
    const database = new DatabaseSync(join(folder, 'given.db'))
    const store = createDatabaseStore({ driver: createSqliteDriver(database) })
    await store.migrate()
    database.exec('begin')
    const record = createRecord(Date.now(), { version: 1 })
    let isWritten = false
    const writing = store.write(record).then(won => {
      isWritten = won
    })
    for (let n = 0; n < 10; n++) await Promise.resolve()
    database.exec('rollback')
    assert.equal(isWritten, false)
    await writing
    assert.deepEqual(await store.read(record.id), record)
    await store.close()
    database.exec('select 1')
    database.close()
  })

  test('says what is wrong with the file', async () => {
    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, 'Dear diary, '.repeat(1000))
    for (const [path, meaning] of [
      [folder, /check the path/],
      [notes, /another program/],
      [join(notes, 'sessions.db'), /notes\.txt/],
    ] as const) {
      const store = createDatabaseStore({ driver: createSqliteDriver(path) })
      await assert.rejects(store.read('a'), { code: 'store_unavailable', message: meaning })
      await store.close()
    }
  })

  test('loses nothing that it acknowledged when its process is killed', async () => {
    const path = join(folder, 'killed.db')
    const script = `
      import { createRecord } from '@sojourn/conformance'
      import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
      const store = createDatabaseStore({ driver: createSqliteDriver(${JSON.stringify(path)}) })
      await store.migrate()
      for (let n = 0; ; n++) {
        const record = createRecord(Date.now(), { version: 1 })
        if (await store.write(record)) console.log(record.id)
      }`
    const args = ['--conditions=source', '--input-type=module', '--eval', script]
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output.length > 5000 && !child.killed) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const acknowledged = output.split('\n').slice(0, -1)
    assert.ok(acknowledged.length > 100)
    const store = await open(path)
    for (const id of acknowledged) assert.equal((await store.read(id))?.id, id)
    await store.close()
  })
})

async function open(path: string): Promise<DatabaseStore> {
  const store = createDatabaseStore({ driver: createSqliteDriver(path) })
  await store.migrate()
  return store
}
