import assert from 'node:assert/strict'
import { SessionError } from '@sojourn/core'
import { eventually } from '../eventually.ts'
import type { Laws } from '../law.ts'
import { type StrategyTrial, saveWell } from '../strategy.ts'
import { assertRefused } from './credentials.ts'

/** Where there is no revoker, the last two show what that means. */
export const revocationLaws: Laws<StrategyTrial> = {
  async 'revokes a session for good: no late save brings it back'({ strategy, begin }) {
    const { revoker, directory } = strategy
    if (revoker === null) return
    const { record, credential } = await begin({ userId: 'alice' })
    const { record: current } = await saveWell(strategy, { ...record, data: '{"is":"current"}' })
    await revoker.revoke(record.id)
    for (const late of [record, current, { ...current, version: current.version + 1 }]) {
      for (const reissue of [false, true]) {
        assert.deepEqual(await strategy.save(late, { reissue }), { ok: false, current: null })
      }
    }
    await assertRefused(strategy, credential)
    assert.equal((await directory?.find(record.id)) ?? null, null)
    assert.deepEqual((await directory?.list('alice')) ?? [], [])
  },

  async 'revokes that session and no other, known or not'({ strategy, begin }) {
    const { revoker } = strategy
    if (revoker === null) return
    const [revoked, kept] = [await begin({ userId: 'alice' }), await begin({ userId: 'alice' })]
    await assert.doesNotReject(async () => {
      for (const id of [revoked.record.id, revoked.record.id, 'unknown', '']) await revoker.revoke(id)
    })
    await assertRefused(strategy, revoked.credential)
    assert.ok(await strategy.resume(kept.credential))
  },

  async 'revokes all sessions of a user, and of nobody else'({ strategy, begin }) {
    const { revoker } = strategy
    if (revoker === null) return
    const ofAlice = [
      await begin({ userId: 'alice' }),
      await begin({ userId: 'alice' }),
      await begin({ userId: 'alice' }),
    ]
    const others = [await begin({ userId: 'bob' }), await begin()]
    await revoker.revokeAll('alice')
    for (const { credential } of ofAlice) await assertRefused(strategy, credential)
    for (const { credential } of others) assert.ok(await strategy.resume(credential))
    await assert.doesNotReject(revoker.revokeAll('carol'))
  },

  async 'revokes all sessions of a user but the one excepted'({ strategy, begin }) {
    const { revoker } = strategy
    if (revoker === null) return
    const ofAlice = [await begin({ userId: 'alice' }), await begin({ userId: 'alice' })]
    const excepted = await begin({ userId: 'alice' })
    await revoker.revokeAll('alice', { except: excepted.record.id })
    for (const { credential } of ofAlice) await assertRefused(strategy, credential)
    assert.ok(await strategy.resume(excepted.credential))
  },

  async 'tells once of each session that was revoked, until it is told to stop'({ strategy, begin }) {
    const { revoker } = strategy
    if (revoker === null) return
    const [told, stopped]: string[][] = [[], []]
    revoker.onRevoked(id => void told?.push(id))
    const stop = revoker.onRevoked(id => void stopped?.push(id))
    const ids: string[] = []
    const revoke = async () => {
      const { record } = await begin({ userId: 'alice' })
      ids.push(record.id)
      await revoker.revoke(record.id)
      await eventually(() => told?.includes(record.id) ?? false, 'a revocation was told')
    }
    await revoke()
    await eventually(() => stopped?.length === 1, 'a revocation was told to the second listener')
    stop()
    ids.push((await begin({ userId: 'bob' })).record.id)
    await revoker.revokeAll('bob')
    await revoke()
    assert.deepEqual(told, ids)
    assert.deepEqual(stopped, ids.slice(0, 1))
  },

  async 'ends copies of a credential at sign-out, where there is a revoker; else they live on'(trial) {
    const client = trial.client()
    await client.visit(session => session.signIn('alice'))
    const copy = trial.client({ credential: client.credential })
    await client.visit(session => session.signOut())
    assert.equal(client.credential, null)
    assert.equal((await client.recall()).userId, null)
    assert.equal((await copy.recall()).userId, trial.strategy.revoker === null ? 'alice' : null)
  },

  async 'signs out everywhere, where there is a revoker; else it says that it cannot'(trial) {
    const [here, there, other] = [trial.client(), trial.client(), trial.client()]
    for (const client of [here, there]) await client.visit(session => session.signIn('alice'))
    await other.visit(session => session.signIn('bob'))
    const signOut = here.visit(session => session.signOut({ everywhere: true }))
    if (trial.strategy.revoker === null) {
      await assert.rejects(signOut, error => error instanceof SessionError && error.code === 'not_revocable')
      assert.equal((await here.recall()).userId, 'alice')
      assert.equal((await there.recall()).userId, 'alice')
    } else {
      await signOut
      assert.equal((await here.recall()).userId, null)
      assert.equal((await there.recall()).userId, null)
    }
    assert.equal((await other.recall()).userId, 'bob')
  },
}
