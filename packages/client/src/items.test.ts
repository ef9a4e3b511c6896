import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ClientStorage, createMemoryStorage } from './index.ts'
import { follow, type Item, Items } from './items.ts'
import { createProfile, openSite, signedIn } from './site.fixture.ts'

const item: Item = {
  ...{ key: 'k4', session: 's', version: 4, userId: 'alice', expiresAt: 90, renewedAt: 1, attempt: 'a' },
}
const told = { id: 's', userId: 'alice', expiresAt: null }
const on = { held: 's', key: 'k4', isPresented: true, now: 50 }

suite('an item', () => {
  test('takes a later key of its session, or one of another session, and drops the attempt id', () => {
    const later = { ...told, credential: 'k5', version: 5, expiresAt: 95 }
    const next = { key: 'k5', session: 's', version: 5, userId: 'alice', expiresAt: 95, renewedAt: 50 }
    assert.deepEqual(follow(item, later, on), next)
    assert.deepEqual(follow(null, later, { ...on, key: undefined }), next)
    const other = { ...later, id: 'other', version: 1 }
    assert.deepEqual(follow(item, other, on), { ...next, session: 'other', version: 1 })
  })

  test('takes what follows the key that was presented, though a server that lost writes counts from less', () => {
    const lower = { ...told, credential: 'k3', version: 3, expiresAt: 95 }
    assert.deepEqual(follow(item, lower, on)?.key, 'k3')
    assert.deepEqual(follow(item, lower, { ...on, isPresented: false })?.key, 'k3')
  })

  test('is left when an answer comes late, to a key that is not stored any more, and is of another session', () => {
    const late = { ...told, id: 'other', credential: 'k5', version: 5 }
    assert.equal(follow(item, late, { ...on, key: 'other key' }), item)
    assert.equal(follow(null, late, on), null)
    assert.equal(follow(item, late, { ...on, key: 'other key', isPresented: false })?.key, 'k5', 'a sign-in')
  })

  test('keeps its key and attempt id when a copy, or an earlier key, comes late', () => {
    for (const version of [3, 4]) {
      const late = { ...told, credential: `k${version}`, version }
      assert.deepEqual(follow(item, late, { ...on, key: 'k2' }), { ...item, renewedAt: 50 })
    }
  })

  test('keeps its key when told of none, and counts as renewed only if it was presented', () => {
    assert.deepEqual(follow(item, { ...told, expiresAt: 99 }, on), { ...item, expiresAt: 99, renewedAt: 50 })
    assert.deepEqual(follow(item, told, { ...on, isPresented: false }), item)
    assert.equal(follow(item, { ...told, id: 'other' }, on), item)
  })

  test('goes only if it is of the session that ended', () => {
    const ended = { id: 'new', userId: null, expiresAt: null, credential: null }
    assert.equal(follow(item, ended, on), null)
    assert.equal(follow(item, ended, { ...on, held: 'older' }), item)
    assert.equal(follow(null, ended, on), null)
  })
})

test('a renewal reads the item only where it may have changed, and never the list', async () => {
  await using site = await openSite()
  const profile = createProfile()
  const reads: string[] = []
  const storage: ClientStorage = {
    read(name) {
      reads.push(name)
      return profile.storage.read(name)
    },
    write: (name, text) => profile.storage.write(name, text),
  }
  const tab = await signedIn(site.open(profile, { storage }))
  reads.length = 0
  await tab.client.renew()
  const own = `${profile.name}:default`
  assert.deepEqual(reads, [own, own, own], 'before it is begun, when it is begun, and when it is stored')
  tab.client.close()
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
