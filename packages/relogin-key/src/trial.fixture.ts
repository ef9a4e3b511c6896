import assert from 'node:assert/strict'
import { createClock, createRecord, dayMs, patientMs, TrialStore } from '@sojourn/conformance'
import { type Credential, onSessionEvent, type SessionEvents, type SessionRecord } from '@sojourn/core'
import { createReloginKeyStrategy, type ReloginKeyStrategyOptions } from './index.ts'
import { createJwtFormat } from './jwt-format.ts'
import { createPlainFormat } from './plain-format.ts'

export const keys = ['the secret of these tests, of more than 32 bytes']

/** A store that can lose its last writes. */
class ForgettingStore extends TrialStore {
  /** Happens once, before the next write is done. */
  beforeWrite: (() => Promise<void>) | null = null
  readonly #written: SessionRecord[] = []

  override async write(next: SessionRecord): Promise<boolean> {
    const { beforeWrite } = this
    this.beforeWrite = null
    await beforeWrite?.()
    const written = await super.write(next)
    if (written) this.#written.push(next)
    return written
  }

  lose(writes: number): void {
    const last = this.#written.splice(-writes)
    const left = this.#written.at(-1)
    assert.ok(last.length === writes && left !== undefined)
    this.records.set(left.id, structuredClone(left))
  }
}

export type Trial = Awaited<ReturnType<typeof createTrial>>

/** One session, of alice, at generation 0, which lives for a day without use; and what is told of it. */
export async function createTrial(options: Partial<ReloginKeyStrategyOptions> = {}) {
  const clock = createClock()
  const store = new ForgettingStore()
  const strategy = createReloginKeyStrategy({ store, keys, now: clock.now, timeoutMs: patientMs, ...options })
  const { issue } = options.format === 'jwt' ? createJwtFormat(keys) : createPlainFormat(keys)
  const times = { expiresAt: clock.now() + dayMs, deadline: clock.now() + 2 * dayMs }
  const fields = { userId: 'alice', ...times }
  const begun = await strategy.save(createRecord(clock.now(), fields), { reissue: false })
  assert.ok(begun.ok)
  const { id } = begun.record
  const revoked: string[] = []
  strategy.revoker.onRevoked(id => void revoked.push(id))
  const reused: SessionEvents['reuse'][] = []

  /** The key of a generation, as it is, or was, or would be. */
  const keyOf = (generation: number) => issue({ ...begun.record, generation }, null)
  const stored = () => store.records.get(id)
  const current = () => stored()?.generation ?? assert.fail('The session has ended.')
  const presented = (key: Credential, attempt: string | null) =>
    attempt === null ? key : `${key}.${attempt}`

  async function present(generation: number, attempt: string | null) {
    const stop = onSessionEvent('reuse', event => {
      if (event.sessionId === id) reused.push(event)
    })
    try {
      return await strategy.resume(presented(await keyOf(generation), attempt))
    } finally {
      stop()
    }
  }

  return {
    ...{ clock, store, strategy, id, revoked, reused, keyOf, stored, current, presented, present },
    /** The client rotates its key. */
    async rotate(attempt: string | null) {
      assert.ok((await present(current(), attempt))?.credential)
    },
    async signIn() {
      const record = stored()
      assert.ok(record && (await strategy.save(record, { reissue: true })).ok)
    },
  }
}
