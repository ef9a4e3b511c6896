import assert from 'node:assert/strict'
import { type Credential, onSessionEvent } from '@sojourn/core'
import fc from 'fast-check'
import type { AnySession, Client } from '../client.ts'
import { interleave } from '../interleave.ts'
import type { Laws } from '../law.ts'
import type { StrategyTrial } from '../strategy.ts'
import { assertRefused } from './credentials.ts'

/** Visits of one client that overlap. What only a strategy that detects conflicts, or revokes, can do is asked of no other. */
export const parallelLaws: Laws<StrategyTrial> = {
  async 'keeps the changes of two visits, where conflicts are detected; else those of the last'(trial) {
    const client = trial.client()
    await client.visit(put({ base: 1 }))
    await client.visit(async session => {
      await client.visit(put({ inner: 1 }))
      put({ outer: 1 })(session)
    })
    const inner = trial.strategy.traits.detectsConflicts ? { inner: 1 } : {}
    assert.deepEqual((await client.recall()).data, { base: 1, outer: 1, ...inner })
  },

  async 'keeps the changes of two visits, in 1,000 orders of events'(trial) {
    if (!trial.strategy.traits.detectsConflicts) return
    await inOrders(1000, trial, {
      visits: [put({ left: 1 }), put({ right: 1, gone: undefined })],
      async after({ client }) {
        assert.deepEqual((await client.recall()).data, { base: 1, left: 1, right: 1 })
      },
    })
  },

  async 'keeps the changes of 20 visits'(trial) {
    if (!trial.strategy.traits.detectsConflicts) return
    const client = trial.client()
    await client.visit(put({ base: 1 }))
    const changes = Array.from({ length: 20 }, (_, visit) => ({ [`key${visit}`]: visit }))
    await Promise.all(changes.map(change => client.visit(put(change))))
    assert.deepEqual((await client.recall()).data, Object.assign({ base: 1 }, ...changes))
  },

  async 'drops the changes of a visit that ends after sign-out, and says so'(trial) {
    if (trial.strategy.revoker === null) return
    const client = trial.client()
    await client.visit(session => session.signIn('alice'))
    const { credential } = client
    const lost: string[] = []
    const stop = onSessionEvent('conflict-lost', ({ sessionId }) => void lost.push(sessionId))
    const id = await client.visit(async session => {
      await client.visit(inner => inner.signOut())
      const { id } = put({ late: 1 })(session)
      return id
    })
    stop()
    assert.deepEqual(lost, [id])
    await assertRefused(trial.strategy, credential as Credential)
    assert.deepEqual((await trial.strategy.directory?.list('alice')) ?? [], [])
    assert.deepEqual(await client.recall(), { userId: null, data: {} })
  },

  async 'brings no session back after sign-out, in 300 orders of events'(trial) {
    const { revoker, directory } = trial.strategy
    if (revoker === null) return
    await inOrders(300, trial, {
      signIn: 'alice',
      visits: [put({ late: 1 }), session => session.signOut()],
      async after({ credential }) {
        await assertRefused(trial.strategy, credential)
        assert.deepEqual((await directory?.list('alice')) ?? [], [])
      },
    })
  },

  async 'leaves the credential from before a sign-in worthless, in 300 orders of events'(trial) {
    if (trial.strategy.revoker === null) return
    await inOrders(300, trial, {
      visits: [put({ late: 1 }), session => session.signIn('alice')],
      after: ({ credential }) => assertRefused(trial.strategy, credential),
    })
  },
}

interface Orders {
  readonly signIn?: string
  readonly visits: ((session: AnySession) => unknown)[]
  /** `client` is one that made all visits, `credential` what it held before. */
  after(state: { client: Client; credential: Credential }): Promise<void>
}

/** Lets the visits of a client overlap, each time in another order of what each asks of the strategy. */
async function inOrders(
  numRuns: number,
  trial: StrategyTrial,
  { signIn, visits, after }: Orders,
): Promise<void> {
  const interleaved = interleave(trial.strategy)
  const property = fc.asyncProperty(fc.scheduler(), async scheduler => {
    const client = trial.client(interleaved)
    await client.visit(session => {
      put({ base: 1, gone: 1 })(session)
      if (signIn !== undefined) session.signIn(signIn)
    })
    const credential = client.credential as Credential
    interleaved.scheduler = scheduler
    await scheduler.waitFor(Promise.all(visits.map(visit => client.visit(visit))))
    interleaved.scheduler = null
    await after({ client, credential })
  })
  await fc.assert(property, { numRuns })
}

const put = (change: Record<string, unknown>) => (session: AnySession) => Object.assign(session, change)
