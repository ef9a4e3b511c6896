import assert from 'node:assert/strict'
import { onSessionEvent, type SessionEvents } from '@sojourn/core'
import { eventually } from '../eventually.ts'
import type { Laws } from '../law.ts'
import { minuteMs } from '../record.ts'
import type { StrategyTrial } from '../strategy.ts'

type EventName = keyof SessionEvents

const eventNames: readonly EventName[] = [
  ...(['created', 'signed-in', 'renewed', 'signed-out', 'revoked'] as const),
  ...(['conflict-merged', 'conflict-lost', 'credential-refused'] as const),
]

export const eventLaws: Laws<StrategyTrial> = {
  async 'publishes what happens to sessions, and never a credential'(trial) {
    const { revoker, traits, name } = trial.strategy
    const published: { event: EventName; message: { strategy: string } }[] = []
    const stops = eventNames.map(event =>
      onSessionEvent(event, message => void published.push({ event, message })),
    )
    const client = trial.client()

    await client.visit(session => Object.assign(session, { cart: [] }))
    await client.visit(session => session.signIn('alice'))
    trial.clock.advance(minuteMs)
    await client.recall()
    await client.visit(async session => {
      await client.visit(inner => Object.assign(inner, { inner: 1 }))
      Object.assign(session, { outer: 1 })
    })
    const id = await client.visit(async session => {
      await client.visit(inner => inner.signOut())
      Object.assign(session, { late: 1 })
      return session.id
    })
    await trial.client({ credential: 'forged' }).recall()
    const told = ({ event, message }: (typeof published)[number]) =>
      event === 'revoked' && 'sessionId' in message && message.sessionId === id
    if (revoker !== null) await eventually(() => published.some(told), 'the event `revoked`, of this session')
    for (const stop of stops) stop()

    const events = new Set(published.map(({ event }) => event))
    const expected = eventNames.filter(event => {
      if (event === 'conflict-merged') return traits.detectsConflicts
      return (event !== 'revoked' && event !== 'conflict-lost') || revoker !== null
    })
    assert.deepEqual([...events].sort(), [...expected].sort())
    assert.ok(published.every(({ message }) => message.strategy === name))
    const said = JSON.stringify(published)
    for (const credential of client.held) {
      assert.ok(credential === null || !said.includes(credential), 'an event carries a credential')
    }
  },
}
