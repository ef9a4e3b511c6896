import assert from 'node:assert/strict'
import type { SessionRecord } from '@sojourn/core'
import type { Laws } from '../law.ts'
import { byId } from '../record.ts'
import type { StoreTrial } from '../store.ts'
import { assertSame } from './records.ts'

export const userLaws: Laws<StoreTrial> = {
  async 'lists the sessions of a user, all and only those'({ store, record }) {
    const ofAlice = [record({ userId: 'alice' }), record({ userId: 'alice' }), record({ userId: 'alice' })]
    const others = [record({ userId: 'bob' }), record({ userId: null })]
    for (const written of [...ofAlice, ...others]) await store.write(written)
    const listed = await store.listByUser('alice')
    assert.equal(listed.length, 3)
    const inOrder = listed.toSorted(byId)
    ofAlice.sort(byId).forEach((written, index) => {
      assertSame(inOrder[index], written)
    })
    assert.deepEqual(await store.listByUser('carol'), [])
    assert.deepEqual(await store.listByUser('null'), [])
  },

  async 'lists records as last written'({ store, record }) {
    const first = record({ userId: 'alice' })
    const second: SessionRecord = { ...first, version: 2, data: '{"is":"second"}' }
    await store.write(first)
    await store.write(second)
    const [listed, ...more] = await store.listByUser('alice')
    assertSame(listed, second)
    assert.deepEqual(more, [])
  },

  async 'lists a session with its user of now'({ store, record }) {
    const anonymous = record()
    const ofAlice: SessionRecord = { ...anonymous, version: 2, userId: 'alice' }
    const ofBob: SessionRecord = { ...anonymous, version: 3, userId: 'bob' }
    const ofNobody: SessionRecord = { ...anonymous, version: 4, userId: null }
    const counts: number[][] = []
    for (const written of [anonymous, ofAlice, ofBob, ofNobody]) {
      await store.write(written)
      counts.push([(await store.listByUser('alice')).length, (await store.listByUser('bob')).length])
    }
    assert.deepEqual(counts, [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ])
  },

  async 'lists no session that was removed'({ store, record }) {
    const [kept, removed] = [record({ userId: 'alice' }), record({ userId: 'alice' })]
    await store.write(kept)
    await store.write(removed)
    await store.remove(removed.id)
    const [listed, ...more] = await store.listByUser('alice')
    assertSame(listed, kept)
    assert.deepEqual(more, [])
  },

  async 'tells users apart by every character'({ store, record }) {
    for (const userId of userIds) await store.write(record({ userId }))
    for (const userId of userIds) {
      const listed = await store.listByUser(userId)
      assert.deepEqual(
        listed.map(found => found.userId),
        [userId],
      )
    }
  },
}

const userIds = [
  ...['alice', 'Alice', 'alice ', ' alice', 'ali', 'alice:1', 'alice:', 'alice\n', 'alice\t'],
  ...['älice', 'a\u0308lice', 'straße', 'strasse', '👩‍👩‍👧', '👩', '日本'],
  ...['%', '_____', '*', 'a?ice', '[a]lice', '{alice}', '"', "'", '\\', "' or 1=1 --"],
  ...['__proto__', 'constructor', 'null', 'undefined', '0', '00', '-0', 'x'.repeat(499), 'x'.repeat(500)],
]
