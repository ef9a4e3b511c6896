import assert from 'node:assert/strict'
import type { Credential, SessionStrategy } from '@sojourn/core'
import type { Laws } from '../law.ts'
import { createRecord } from '../record.ts'
import { type StrategyTrial, saveWell } from '../strategy.ts'

export const traitLaws: Laws<StrategyTrial> = {
  async 'durable: sessions outlive the process; else they end with it'({ strategy, begin, restart }) {
    const { record, credential } = await begin()
    if (strategy.traits.durable) {
      const resumed = await (await restart()).resume(credential)
      assert.equal(resumed?.record.id, record.id)
    } else {
      assert.equal(await resumeIfOpen(restart, credential), null, 'it is durable, but does not promise it')
    }
  },

  async 'shared: a second server resumes the sessions of the first; else it does not'(trial) {
    const { strategy, begin, second } = trial
    const { record, credential } = await begin()
    if (strategy.traits.shared) {
      const other = await second()
      const resumed = await other.resume(credential)
      assert.equal(resumed?.record.id, record.id)
      const saved = await saveWell(other, { ...resumed.record, data: '{"by":"other"}' })
      const back = await strategy.resume(saved.credential ?? resumed.credential ?? credential)
      assert.equal(back?.record.data, '{"by":"other"}')
    } else {
      assert.equal(await resumeIfOpen(second, credential), null, 'it is shared, but does not promise it')
    }
  },

  async 'binds: a credential is good only with the second one that it came with; else with any'({
    strategy,
    clock,
  }) {
    const record = createRecord(clock.now())
    const saved = await strategy.save(record, { reissue: false, binding: 'the cookie' })
    assert.ok(saved.ok && saved.credential)
    const resumed = await strategy.resume(saved.credential, 'another cookie')
    assert.equal(resumed === null, strategy.traits.binds)
    if (strategy.traits.binds) assert.ok(await strategy.resume(saved.credential, 'the cookie'))
  },
}

async function resumeIfOpen(open: () => Promise<SessionStrategy>, credential: Credential) {
  const strategy = await open().catch(() => null)
  return strategy === null ? null : strategy.resume(credential)
}
