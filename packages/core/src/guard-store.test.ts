import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { assertCode } from './assert-code.fixture.ts'
import { SessionError } from './errors.ts'
import { guardStore } from './guard-store.ts'
import type { SessionStore } from './store.ts'
import { createStoredStrategy } from './stored-strategy.ts'
import type { SessionRecord } from './strategy.ts'

const record: SessionRecord = {
  id: 'a',
  userId: 'alice',
  data: '{}',
  createdAt: 0,
  deadline: 2,
  expiresAt: 1,
  version: 1,
  generation: 0,
  rotatedAt: 0,
  attempts: [],
}

/** A store of which every operation comes to the same. */
function storeThat(answer: () => Promise<never>): SessionStore {
  const traits = { durable: true, shared: true }
  const onRemoved = () => () => {}
  return {
    name: 'far',
    traits,
    read: answer,
    write: answer,
    listByUser: answer,
    remove: answer,
    onRemoved,
    close: answer,
  }
}

const operations: Record<string, (store: SessionStore) => Promise<unknown>> = {
  read: store => store.read('a'),
  write: store => store.write(record),
  list: store => store.listByUser('alice'),
  remove: store => store.remove('a'),
  close: store => store.close(),
}

suite('a guarded store', () => {
  for (const [name, operate] of Object.entries(operations)) {
    test(`gives up a ${name} that gets no answer`, async () => {
      const store = guardStore(
        storeThat(() => new Promise(() => {})),
        20,
      )
      const { message } = await assertCode('store_unavailable', operate(store))
      assert.match(message, new RegExp(`"far" did not ${name} within 20 ms`))
    })

    test(`says why a ${name} failed`, async () => {
      const cause = new Error('connection refused')
      const store = guardStore(
        storeThat(() => Promise.reject(cause)),
        1000,
      )
      const error = await assertCode('store_unavailable', operate(store))
      assert.match(error.message, new RegExp(`"far" could not ${name}: connection refused`))
      assert.equal(error.cause, cause)
    })
  }

  test('passes a coded error on as it is', async () => {
    const coded = new SessionError('data_too_large', 'mine')
    await assert.rejects(
      guardStore(
        storeThat(() => Promise.reject(coded)),
        1000,
      ).read('a'),
      coded,
    )
  })

  test('hands over what is answered', async () => {
    const base = storeThat(() => new Promise(() => {}))
    const store = guardStore({ ...base, read: async () => record, write: async () => false }, 1000)
    assert.equal(await store.read('a'), record)
    assert.equal(await store.write(record), false)
  })

  test('gives up each operation in its own time, and none that was answered', async () => {
    const answers: PromiseWithResolvers<never>[] = []
    const store = guardStore(
      storeThat(() => {
        answers.push(Promise.withResolvers())
        return (answers.at(-1) as PromiseWithResolvers<never>).promise
      }),
      40,
    )
    const first = store.read('a')
    const answered = store.read('b')
    answers[1]?.resolve(null as never)
    await assertCode('store_unavailable', first)
    const second = store.read('c')
    assert.equal(await answered, null)
    await assertCode('store_unavailable', second)
  })

  test('keeps no process alive', async () => {
    const script = `
      import { guardStore } from ${JSON.stringify(new URL('./guard-store.ts', import.meta.url).href)}
      const traits = { durable: true, shared: true }
      await guardStore({ name: 'far', traits, read: async () => null }, 600_000).read('a')`
    const args = ['--conditions=source', '--input-type=module', '--eval', script]
    await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  })

  test('is not bothered by an answer that comes after all', async () => {
    const late = Promise.withResolvers<never>()
    await assertCode(
      'store_unavailable',
      guardStore(
        storeThat(() => late.promise),
        20,
      ).read('a'),
    )
    late.reject(new Error('connection reset'))
    await new Promise(setImmediate) // an unhandled rejection would end the process now
  })

  test('codes what a store throws at once', async () => {
    const store = guardStore(
      storeThat(() => {
        throw new TypeError('no such method')
      }),
      1000,
    )
    await assertCode('store_unavailable', store.read('a'))
  })

  test('leaves memory alone, on which nobody waits', () => {
    const memory = { ...storeThat(() => Promise.reject()), traits: { durable: false, shared: false } }
    assert.equal(guardStore(memory, 1000), memory)
  })

  for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, '2s' as unknown as number]) {
    test(`takes no timeout of ${timeoutMs}`, () => {
      assertCode('invalid_option', () =>
        guardStore(
          storeThat(() => Promise.reject()),
          timeoutMs,
        ),
      )
    })
  }
})

test('what an application asks the revoker and the directory of a stored strategy fails coded, too', async () => {
  const store = storeThat(() => Promise.reject(new Error('connection refused')))
  const { revoker, directory } = createStoredStrategy({ store, keys: ['k'.repeat(32)] })
  for (const asked of [
    directory.find('a'),
    directory.list('alice'),
    revoker.revoke('a'),
    revoker.revokeAll('alice'),
  ]) {
    assert.equal((await assertCode('store_unavailable', asked)).status, 503)
  }
})
