import assert from 'node:assert/strict'
import type { SessionRecord, SessionStore } from '@sojourn/core'
import type { Laws } from '../law.ts'
import type { StoreTrial } from '../store.ts'
import { assertSame } from './records.ts'

export const traitLaws: Laws<StoreTrial> = {
  async 'durable: records outlive the process; else they end with it'({ store, record, restart }) {
    const written = record({ userId: 'alice' })
    await store.write(written)
    if (store.traits.durable) {
      const restarted = await restart()
      assertSame(await restarted.read(written.id), written)
      assertSame((await restarted.listByUser('alice'))[0], written)
      assert.equal(await restarted.write({ ...written, version: 2 }), true)
    } else {
      assert.equal(await readIfOpen(restart, written.id), null, 'it is durable, but does not promise it')
    }
  },

  async 'shared: a second server sees the records; else it does not'({ store, record, second }) {
    const written = record({ userId: 'alice' })
    await store.write(written)
    if (store.traits.shared) {
      const other = await second()
      assertSame(await other.read(written.id), written)
      assertSame((await other.listByUser('alice'))[0], written)
      await other.remove(written.id)
      assert.equal(await store.read(written.id), null)
      for (let version = 1; version <= 5; version++)
        await assertOneWins(store, other, { ...written, version })
    } else {
      assert.equal(await readIfOpen(second, written.id), null, 'it is shared, but does not promise it')
    }
  },
}

async function assertOneWins(store: SessionStore, other: SessionStore, next: SessionRecord) {
  const servers = [store, other, store, other]
  const rivals = servers.map((_, rival) => ({ ...next, data: `{"by":${rival}}` }))
  const won = await Promise.all(rivals.map((rival, index) => servers[index]?.write(rival)))
  const winners = rivals.filter((_, rival) => won[rival])
  assert.equal(winners.length, 1)
  for (const server of [store, other]) assertSame(await server.read(next.id), winners[0] as SessionRecord)
}

async function readIfOpen(open: () => Promise<SessionStore>, id: string) {
  const store = await open().catch(() => null)
  return store === null ? null : store.read(id)
}
