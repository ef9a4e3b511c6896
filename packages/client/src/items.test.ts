import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMemoryStorage } from './index.ts'
import { follow, type Item, Items } from './items.ts'

const item: Item = {
  ...{ key: 'k4', session: 's', version: 4, userId: 'alice', expiresAt: 90, renewedAt: 1, attempt: 'a' },
}
const told = { id: 's', userId: 'alice', expiresAt: null }
const on = { held: 's', isPresented: true, now: 50 }

suite('an item', () => {
  test('takes a later key of its session, or one of another session, and drops the attempt id', () => {
    const later = { ...told, credential: 'k5', version: 5, expiresAt: 95 }
    const next = { key: 'k5', session: 's', version: 5, userId: 'alice', expiresAt: 95, renewedAt: 50 }
    assert.deepEqual(follow(item, later, on), next)
    assert.deepEqual(follow(null, later, on), next)
    const other = { ...later, id: 'other', version: 1 }
    assert.deepEqual(follow(item, other, on), { ...next, session: 'other', version: 1 })
  })

  test('keeps its key and attempt id when a copy, or an earlier key, comes late', () => {
    for (const version of [3, 4]) {
      const late = { ...told, credential: `k${version}`, version }
      assert.deepEqual(follow(item, late, on), { ...item, renewedAt: 50 })
    }
  })

  test('keeps its key when told of none, and counts as renewed only if it was presented', () => {
    assert.deepEqual(follow(item, { ...told, expiresAt: 99 }, on), { ...item, expiresAt: 99, renewedAt: 50 })
    assert.deepEqual(follow(item, told, { ...on, isPresented: false }), item)
    assert.equal(follow(item, { ...told, id: 'other' }, on), undefined)
  })

  test('goes only if it is of the session that ended', () => {
    const ended = { id: 'new', userId: null, expiresAt: null, credential: null }
    assert.equal(follow(item, ended, on), null)
    assert.equal(follow(item, ended, { ...on, held: 'older' }), undefined)
    assert.equal(follow(null, ended, on), undefined)
  })
})

test('stored texts that make no sense are nothing stored', async () => {
  const storage = createMemoryStorage()
  const items = new Items(storage, 'n')
  for (const text of ['', 'null', '{}', '[', '1', '{"key":1}']) {
    await storage.write('n', text)
    await storage.write('n:a', text)
    assert.equal(await items.read('a'), null)
    assert.deepEqual(await items.list(), [])
  }
  await items.update('a', () => item)
  assert.deepEqual(await items.list(), ['a'])
})
