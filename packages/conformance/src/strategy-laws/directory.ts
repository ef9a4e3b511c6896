import assert from 'node:assert/strict'
import type { Laws } from '../law.ts'
import { type StrategyTrial, saveWell } from '../strategy.ts'

/** Where there is no directory, nothing can be asked of it. */
export const directoryLaws: Laws<StrategyTrial> = {
  async 'finds a session by its id, as last saved'({ strategy, begin }) {
    const { directory } = strategy
    if (directory === null) return
    const { record } = await begin()
    const saved = await saveWell(strategy, { ...record, data: '{"is":"saved"}' })
    assert.deepEqual({ ...(await directory.find(record.id)) }, { ...saved.record })
    for (const id of ['', 'unknown', '__proto__']) assert.equal(await directory.find(id), null)
  },

  async 'lists the sessions of a user, and no others'({ strategy, begin }) {
    const { directory } = strategy
    if (directory === null) return
    const begun = [await begin({ userId: 'alice' }), await begin({ userId: 'alice' })]
    await begin({ userId: 'bob' })
    await begin()
    const signedIn = (await begin()).record
    await saveWell(strategy, { ...signedIn, userId: 'alice' }, { reissue: true })

    const listed = await directory.list('alice')
    const ids = [...begun.map(({ record }) => record.id), signedIn.id]
    assert.deepEqual(listed.map(({ id }) => id).sort(), ids.sort())
    assert.deepEqual(await directory.list('carol'), [])
  },
}
