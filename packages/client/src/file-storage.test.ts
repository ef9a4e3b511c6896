import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { createFileStorage } from './file-storage.ts'
import { openSite, signedIn } from './site.fixture.ts'

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-client-'))
  return {
    folder,
    file: join(folder, 'keys.json'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

/** Writes `NAME0`, `NAME1`, … one after the other, and says when each is done. */
function startWriter(file: string, name: string, writes: number): ChildProcess {
  const script = join(import.meta.dirname, 'writer.fixture.ts')
  return fork(script, [file, name, `${writes}`], { execArgv: ['--conditions=source'] })
}

suite('a file', () => {
  test('keeps the session of a process for the next one', async () => {
    await using site = await openSite()
    await using folder = openFolder()
    const name = folder.folder
    const open = () => {
      const storage = createFileStorage(folder.file)
      return site.open({ name, storage, item: () => null }, { locks: storage.locks })
    }
    const first = await signedIn(open())
    first.client.close()
    const second = open()
    await second.is('active', 'alice')
    assert.deepEqual(await second.client.identities(), ['default'])
    assert.equal(statSync(folder.file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.folder), ['keys.json'])
    assert.deepEqual(site.reused, [])
  })

  test('that is damaged holds nothing, and is kept aside', async () => {
    await using folder = openFolder()
    const storage = createFileStorage(folder.file)
    for (const damaged of ['{"a":"b', '', '[1]', 'null', '{"a":1}']) {
      writeFileSync(folder.file, damaged)
      assert.equal(await storage.read('a'), null)
      await storage.write('a', '__proto__')
      await storage.write('__proto__', 'text')
      assert.equal(await storage.read('a'), '__proto__')
      assert.equal(await storage.read('__proto__'), 'text')
      assert.equal(await storage.read('toString'), null)
      const aside = readdirSync(folder.folder).filter(file => file.includes('damaged'))
      assert.deepEqual(
        aside.map(file => readFileSync(join(folder.folder, file), 'utf8')),
        [damaged],
      )
      await rm(join(folder.folder, aside[0] ?? ''))
    }
    await storage.write('a', null)
    assert.equal(await storage.read('a'), null)
  })

  test('loses no write of several processes', async () => {
    await using folder = openFolder()
    const writers = ['a', 'b', 'c'].map(name => startWriter(folder.file, name, 40))
    await Promise.all(writers.map(writer => once(writer, 'exit')))
    const storage = createFileStorage(folder.file)
    for (const name of ['a', 'b', 'c']) {
      for (let n = 0; n < 40; n++) assert.equal(await storage.read(`${name}${n}`), `text ${n}`)
    }
    assert.deepEqual(readdirSync(folder.folder), ['keys.json'])
  })

  test('is whole, and can be written at once, after a process was killed while it wrote', async () => {
    await using folder = openFolder()
    const storage = createFileStorage(folder.file)
    for (let round = 0; round < 8; round++) {
      const writer = startWriter(folder.file, `round ${round} `, 1e6)
      let done = 0
      writer.on('message', n => {
        done = n as number
        if (done === 5 + round) writer.kill('SIGKILL')
      })
      await once(writer, 'exit')
      for (let n = 0; n < done; n++) assert.equal(await storage.read(`round ${round} ${n}`), `text ${n}`)
      await storage.write('mine', `${round}`)
      assert.equal(await storage.read('mine'), `${round}`)
    }
  })

  test('left locked by a process that died is unlocked, by one of those that wait', async () => {
    await using folder = openFolder()
    const writer = startWriter(folder.file, 'a', 1)
    await once(writer, 'exit')
    for (let round = 0; round < 20; round++) {
      const { hostname } = await import('node:os')
      writeFileSync(`${folder.file}.lock`, `${writer.pid} ${hostname()} left`)
      const storages = Array.from({ length: 8 }, () => createFileStorage(folder.file))
      await Promise.all(storages.map((storage, n) => storage.write(`${round} ${n}`, 'kept')))
      for (let n = 0; n < 8; n++) assert.equal(await storages[0]?.read(`${round} ${n}`), 'kept')
    }
    assert.deepEqual(readdirSync(folder.folder), ['keys.json'])
  })

  test('is shared by processes that renew one key again and again', async () => {
    await using site = await openSite({ messagesPerSecond: 10_000 })
    await using folder = openFolder()
    const { folder: name, file } = folder
    const storage = createFileStorage(file)
    const open = () => site.open({ name, storage, item: () => null }, { locks: storage.locks })
    const first = await signedIn(open())
    first.client.close()
    const script = join(import.meta.dirname, 'robot.fixture.ts')
    const robots = [1, 2, 3].map(() =>
      fork(script, [site.url, file, name, '60'], { execArgv: ['--conditions=source'] }),
    )
    const said = await Promise.all(robots.map(async robot => (await once(robot, 'message'))[0]))
    await Promise.all(robots.map(robot => robot.exitCode ?? once(robot, 'exit')))
    assert.deepEqual(said, Array(3).fill({ name: 'active', userId: 'alice' }))
    assert.deepEqual(site.reused, [])
    await open().is('active', 'alice')
  })

  test('is rid of what processes left that were killed while they wrote, once that is old', async () => {
    await using folder = openFolder()
    const storage = createFileStorage(folder.file)
    const id = randomUUID()
    const old = ['', '.lock', '.turn'].map(part => `keys.json${part}.${id}`)
    const others = [`keys.json.${randomUUID()}`, `keys.json.old.${id}`, `other.json.${id}`]
    for (const left of [...old, ...others]) writeFileSync(join(folder.folder, left), '{"a":"a key"}')
    for (const left of [...old, ...others.slice(1)]) utimesSync(join(folder.folder, left), 1, 1)
    await storage.write('a', 'text')
    assert.deepEqual(readdirSync(folder.folder).sort(), ['keys.json', ...others].sort())
  })
})
