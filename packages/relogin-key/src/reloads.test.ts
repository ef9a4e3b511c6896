import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Credential } from '@sojourn/core'
import fc from 'fast-check'
import { createTrial } from './trial.fixture.ts'

interface Sent {
  readonly tab: number
  readonly key: Credential
  readonly attempt: string
}

/** Five tabs without a lock, each reloaded 20 times; which tab, whether its request lags behind, who is answered. */
const reloads = fc
  .tuple(
    fc.shuffledSubarray(
      Array.from({ length: 100 }, (_, index) => index % 5),
      { minLength: 100 },
    ),
    fc.array(fc.tuple(fc.boolean(), fc.nat()), { minLength: 100, maxLength: 100 }),
  )
  .map(([tabs, rest]) =>
    tabs.map((tab, index) => ({ tab, lags: rest[index]?.[0], pick: rest[index]?.[1] ?? 0 })),
  )

test('20 fast reloads in each of five tabs end no session, however late their requests come', async () => {
  let mostRotations = 0
  await fc.assert(
    fc.asyncProperty(reloads, async reloads => {
      const { strategy, clock, presented, keyOf, reused, stored } = await createTrial()
      let item = { key: await keyOf(0), attempt: null as string | null }
      const underWay: Sent[] = []
      const lagging: Sent[] = []
      const awaited = new Map<number, Sent>()

      async function deliver(sent: Sent): Promise<void> {
        const answer = await strategy.resume(presented(sent.key, sent.attempt))
        if (awaited.get(sent.tab) !== sent || item.key !== sent.key) return
        item = { key: answer?.credential ?? assert.fail('A tab is out.'), attempt: null }
      }

      for (const [index, { tab, lags, pick }] of reloads.entries()) {
        clock.advance(500)
        item.attempt ??= `attempt-${index}`
        const sent = { tab, key: item.key, attempt: item.attempt }
        awaited.set(tab, sent)
        const queue = lags ? lagging : underWay
        queue.push(sent)
        for (const next of underWay.splice(pick % (underWay.length + 1), 1)) await deliver(next)
      }
      for (const late of [...underWay, ...lagging.reverse()]) await deliver(late)
      assert.deepEqual(reused, [])
      assert.ok(await strategy.resume(presented(item.key, 'last')))
      mostRotations = Math.max(mostRotations, stored()?.generation ?? 0)
    }),
  )
  assert.ok(mostRotations > 30, `only ${mostRotations} rotations`)
})
