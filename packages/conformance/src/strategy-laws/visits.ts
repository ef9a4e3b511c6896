import assert from 'node:assert/strict'
import type { SessionStrategy } from '@sojourn/core'
import type { Laws } from '../law.ts'
import { hourMs, minuteMs } from '../record.ts'
import type { StrategyTrial } from '../strategy.ts'
import { wrapStrategy } from '../wrap-strategy.ts'
import { assertRefused } from './credentials.ts'

/** Through `createSessions`, as an application sees a strategy. */
export const visitLaws: Laws<StrategyTrial> = {
  async 'remembers what a visitor stores, changes and deletes'(trial) {
    const client = trial.client()
    await client.visit(session => Object.assign(session, { cart: [{ apples: 1 }], theme: 'dark' }))
    await client.visit(session => {
      const [line] = session.cart as [{ apples: number }]
      line.apples++
      delete session.theme
    })
    assert.deepEqual(await client.recall(), { userId: null, data: { cart: [{ apples: 2 }] } })
  },

  async 'gives a new credential at sign-in, and keeps the data'(trial) {
    const { strategy } = trial
    const client = trial.client()
    await client.visit(session => Object.assign(session, { cart: ['apples'] }))
    const fixated = client.credential as string
    await client.visit(session => session.signIn('alice'))
    assert.notEqual(client.credential, fixated)
    const attacker = trial.client({ credential: fixated })
    assert.equal((await attacker.recall()).userId, null)
    if (strategy.revoker !== null) await assertRefused(strategy, fixated)
    assert.deepEqual(await client.recall(), { userId: 'alice', data: { cart: ['apples'] } })

    const signedIn = client.credential as string
    await client.visit(session => session.signIn('alice'))
    assert.notEqual(client.credential, signedIn)
    if (strategy.revoker !== null) await assertRefused(strategy, signedIn)
    assert.equal((await client.recall()).userId, 'alice')
  },

  async 'saves nothing for a read within the touch window, and once after it'(trial) {
    const saves = countSaves(trial.strategy)
    const client = trial.client(saves)
    await client.visit(session => Object.assign(session, { visits: 1 }))
    assert.equal(saves.count, 1)
    trial.clock.advance(minuteMs - 1)
    await client.recall()
    await client.recall()
    assert.equal(saves.count, 1)
    trial.clock.advance(1)
    await client.recall()
    await client.recall()
    assert.equal(saves.count, 2)
  },

  async 'ends a session that is not used for the idle time'(trial) {
    const client = trial.client()
    await client.visit(session => session.signIn('alice'))
    trial.clock.advance(hourMs - 1)
    assert.equal((await client.recall()).userId, 'alice')
    trial.clock.advance(hourMs)
    assert.equal((await client.recall()).userId, null)
  },

  async 'keeps a session alive by use, but not past its deadline'(trial) {
    const client = trial.client()
    await client.visit(session => session.signIn('alice'))
    const deadline = trial.clock.now() + 3 * hourMs
    const assertAlive = async () => {
      const { userId, expiresAt } = await client.visit(session => {
        session.visitedAt = trial.clock.now()
        return { userId: session.userId, expiresAt: session.expiresAt }
      })
      assert.equal(userId, 'alice')
      assert.ok((expiresAt as number) <= deadline, 'the idle expiry is past the deadline')
    }
    for (let halfHours = 1; halfHours <= 5; halfHours++) {
      trial.clock.advance(hourMs / 2)
      await assertAlive()
    }
    trial.clock.advance(hourMs / 2 - 1)
    await assertAlive()
    trial.clock.advance(1)
    assert.equal((await client.recall()).userId, null)
  },

  async 'starts the deadline anew at sign-in'(trial) {
    const client = trial.client()
    await client.visit(session => Object.assign(session, { cart: [] }))
    trial.clock.advance(hourMs - 1)
    await client.visit(session => session.signIn('alice'))
    for (let halfHours = 1; halfHours <= 5; halfHours++) {
      trial.clock.advance(hourMs / 2)
      assert.equal((await client.recall()).userId, 'alice')
    }
    trial.clock.advance(hourMs / 2)
    assert.equal((await client.recall()).userId, null)
  },
}

function countSaves(strategy: SessionStrategy) {
  const saves = {
    count: 0,
    strategy: wrapStrategy(strategy, {
      save(record, options) {
        saves.count++
        return strategy.save(record, options)
      },
    }),
  }
  return saves
}
