import assert from 'node:assert/strict'
import type { Credential, SessionRecord, SessionStrategy } from '@sojourn/core'
import type { Laws } from '../law.ts'
import { minuteMs } from '../record.ts'
import { type StrategyTrial, saveWell } from '../strategy.ts'

export const saveLaws: Laws<StrategyTrial> = {
  async 'saves every field, and counts one version with each save'({ strategy, begin, clock }) {
    const begun = await begin()
    assert.equal(begun.record.version, 1)
    let { record, credential } = begun
    for (const userId of ['alice', 'bob', null]) {
      clock.advance(minuteMs)
      const { version } = record
      const times = { deadline: record.deadline + minuteMs, expiresAt: record.expiresAt + minuteMs }
      const next = { ...record, ...times, userId, data: JSON.stringify({ was: userId }) }
      const saved = await saveWell(strategy, next)
      assert.equal(saved.record.version, version + 1)
      const resumed = await strategy.resume(saved.credential ?? credential)
      assert.ok(resumed)
      for (const field of ['id', 'userId', 'data', 'createdAt', 'deadline', 'expiresAt'] as const) {
        assert.equal(resumed.record[field], next[field], field)
      }
      record = resumed.record
      credential = resumed.credential ?? saved.credential ?? credential
    }
  },

  async 'keeps what it saved, whatever is done to what was given or got'({ strategy, begin }) {
    const { record, credential } = await begin({ data: '{"is":"saved"}', attempts: [] })
    tamper(record)
    const resumed = await strategy.resume(credential)
    assert.equal(resumed?.record.data, '{"is":"saved"}')
    tamper(resumed.record)
    const again = await strategy.resume(resumed.credential ?? credential)
    assert.equal(again?.record.data, '{"is":"saved"}')
    assert.ok(again.record.version < 99)
  },

  async 'detects conflicts: a second save from one version is told of the winner; else the last one wins'(
    trial,
  ) {
    const { strategy, begin } = trial
    const { record, credential } = await begin({ userId: 'alice' })
    const saves = ['first', 'second'].map(data => ({ ...record, data: JSON.stringify({ data }) }))
    const first = await saveWell(strategy, saves[0] as SessionRecord)
    const second = await strategy.save(saves[1] as SessionRecord, { reissue: false })
    if (!strategy.traits.detectsConflicts) {
      assert.ok(second.ok, 'it detects conflicts, but does not promise it')
      assert.equal(await dataOf(strategy, second.credential ?? credential), '{"data":"second"}')
      return
    }
    assert.ok(!second.ok, 'the second save from one version was not refused')
    assert.equal(second.current?.version, first.record.version)
    assert.equal(second.current?.data, '{"data":"first"}')
    const third = await saveWell(strategy, { ...second.current, data: '{"data":"third"}' })
    assert.equal(
      await dataOf(strategy, third.credential ?? first.credential ?? credential),
      '{"data":"third"}',
    )
  },

  async 'detects conflicts: one of many parallel saves from a version wins'({ strategy, begin }) {
    const { record } = await begin()
    const rivals = Array.from({ length: 10 }, (_, rival) => ({ ...record, data: `{"by":${rival}}` }))
    const saved = await Promise.all(rivals.map(rival => strategy.save(rival, { reissue: false })))
    const winners = saved.filter(({ ok }) => ok)
    assert.equal(winners.length, strategy.traits.detectsConflicts ? 1 : 10)
  },

  async 'detects conflicts: a first save of a session that is there is refused'({ strategy, begin }) {
    const { record } = await begin({ data: '{"is":"first"}' })
    const again = await strategy.save({ ...record, version: 0, data: '{"is":"again"}' }, { reissue: false })
    assert.equal(again.ok, !strategy.traits.detectsConflicts)
    if (!again.ok) assert.equal(again.current?.data, '{"is":"first"}')
  },
}

async function dataOf(strategy: SessionStrategy, credential: Credential): Promise<string | undefined> {
  return (await strategy.resume(credential))?.record.data
}

/** A copy of its own or a frozen one: both keep what is saved from harm. */
function tamper(record: SessionRecord): void {
  Reflect.set(record, 'data', '{"is":"changed"}')
  Reflect.set(record, 'version', 99)
  Reflect.set(record.attempts, 0, 'changed')
}
