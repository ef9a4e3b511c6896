import type { SessionStrategy } from '@sojourn/core'
import type fc from 'fast-check'
import { wrapStrategy } from './wrap-strategy.ts'

export interface Interleaved {
  readonly strategy: SessionStrategy
  /** Says what goes on next; null: everything goes on at once. */
  scheduler: fc.Scheduler | null
}

/** A strategy before and after whose every answer anything else may happen, as the scheduler decides. */
export function interleave(strategy: SessionStrategy): Interleaved {
  const { revoker } = strategy
  const turn = () => interleaved.scheduler?.schedule(Promise.resolve())

  async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    await turn()
    const answer = await ask()
    await turn()
    return answer
  }

  const interleaved: Interleaved = {
    scheduler: null,
    strategy: wrapStrategy(strategy, {
      resume: credential => inTurn(() => strategy.resume(credential)),
      save: (record, options) => inTurn(() => strategy.save(record, options)),
      revoker: revoker && {
        revoke: (id, options) => inTurn(() => revoker.revoke(id, options)),
        revokeAll: (userId, options) => inTurn(() => revoker.revokeAll(userId, options)),
        onRevoked: listener => revoker.onRevoked(listener),
      },
    }),
  }
  return interleaved
}
