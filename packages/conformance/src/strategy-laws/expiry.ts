import assert from 'node:assert/strict'
import type { Laws } from '../law.ts'
import { hourMs } from '../record.ts'
import type { StrategyTrial } from '../strategy.ts'
import { assertRefused } from './credentials.ts'

export const expiryLaws: Laws<StrategyTrial> = {
  async 'honours a session until its idle expiry, and not a millisecond longer'(trial) {
    const end = trial.clock.now() + hourMs
    await assertEndsAt(trial, { expiresAt: end, deadline: end + hourMs })
  },

  async 'honours a session until its deadline, whatever its idle expiry says'(trial) {
    const end = trial.clock.now() + hourMs
    await assertEndsAt(trial, { expiresAt: end + hourMs, deadline: end })
  },
}

async function assertEndsAt(
  { strategy, clock, begin }: StrategyTrial,
  times: { expiresAt: number; deadline: number },
): Promise<void> {
  const used = await begin({ userId: 'alice', ...times })
  const unused = await begin({ userId: 'alice', ...times })
  clock.advance(hourMs - 1)
  assert.equal((await strategy.resume(used.credential))?.record.id, used.record.id)
  assert.equal(
    (await strategy.directory?.find(unused.record.id))?.id,
    strategy.directory ? unused.record.id : undefined,
  )

  clock.advance(1)
  await assertRefused(strategy, unused.credential)
  if (strategy.directory === null) return
  assert.equal(await strategy.directory.find(unused.record.id), null)
  const listed = await strategy.directory.list('alice')
  assert.ok(!listed.some(({ id }) => id === unused.record.id), 'an expired session is listed')
}
