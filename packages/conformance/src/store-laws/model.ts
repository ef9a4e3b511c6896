import assert from 'node:assert/strict'
import type { SessionRecord, SessionStore } from '@sojourn/core'
import fc from 'fast-check'
import { createPlace, type Laws } from '../law.ts'
import { byId } from '../record.ts'
import type { StoreTrial } from '../store.ts'
import { assertSame } from './records.ts'

export const modelLaws: Laws<StoreTrial> = {
  async 'does what a plain map would, whatever it is asked'({ store, record }) {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const model = new Map<string, SessionRecord>()
      const run = createPlace()
      for (const { act, session, user, data, ahead } of steps) {
        const id = `${run}.${session}`
        const userId = user === null ? null : `${run}.${user}`
        if (act === 'remove') {
          model.delete(id)
          await store.remove(id)
        } else {
          const stored = model.get(id)
          const version = (stored?.version ?? 0) + ahead
          const next = { ...(stored ?? record({ id })), version, userId, data: JSON.stringify({ data }) }
          if (ahead === 1) model.set(id, next)
          assert.equal(await store.write(next), ahead === 1)
        }
        await compare(store, model, id, `${run}.${user}`)
      }
    })
    await fc.assert(property, { numRuns: 60 })
  },
}

const step = fc.record({
  act: fc.constantFrom('write', 'write', 'write', 'remove'),
  session: fc.nat(3),
  user: fc.constantFrom(null, 'alice', 'bob'),
  data: fc.string({ unit: 'grapheme' }),
  /** How far the version is ahead of the stored one. */
  ahead: fc.constantFrom(1, 1, 1, 0, 2, -1),
})

async function compare(store: SessionStore, model: Map<string, SessionRecord>, id: string, userId: string) {
  const stored = model.get(id)
  if (stored === undefined) assert.equal(await store.read(id), null)
  else assertSame(await store.read(id), stored)

  const ofUser = [...model.values()].filter(record => record.userId === userId).sort(byId)
  const listed = (await store.listByUser(userId)).toSorted(byId)
  assert.equal(listed.length, ofUser.length)
  ofUser.forEach((record, index) => {
    assertSame(listed[index], record)
  })
}
