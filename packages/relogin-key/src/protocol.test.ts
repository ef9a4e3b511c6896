import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Verdict } from './judge.ts'
import { tables } from './protocol.fixture.ts'
import { createTrial, type Trial } from './trial.fixture.ts'

for (const format of ['key', 'jwt'] as const) {
  for (const [title, options, rows] of tables) {
    suite(`${title} (${format})`, () => {
      for (const [name, steps, key, attempt, verdict] of rows) {
        test(name, async () => {
          const trial = await createTrial({ ...options, format })
          for (const step of steps) await step(trial)
          await assertAnswer(trial, key, attempt, verdict)
        })
      }
    })
  }
}

async function assertAnswer(trial: Trial, key: number, attempt: string | null, verdict: Verdict) {
  const { id, clock, store, stored, keyOf, reused, revoked } = trial
  const before = stored() ?? assert.fail('The session ended too early.')
  const { writes } = store
  const answer = await trial.present(key, attempt)
  const { generation, rotatedAt } = before

  const expectedKey = { keep: undefined, rotate: key + 1, repeat: generation, refuse: null, reuse: null }[
    verdict
  ]
  assert.equal(answer?.credential, expectedKey == null ? undefined : await keyOf(expectedKey))
  assert.equal(answer === null, expectedKey === null)
  if (verdict === 'rotate') {
    const expected = { generation: key + 1, rotatedAt: clock.now(), version: before.version + 1 }
    const { attempts, ...rest } = before
    assert.deepEqual({ ...stored() }, { ...rest, ...expected, attempts: stored()?.attempts })
    assert.equal(store.writes, writes + 1)
  } else if (verdict !== 'reuse') {
    assert.deepEqual(stored(), before)
    assert.equal(store.writes, writes)
  }
  if (answer !== null) assert.deepEqual(answer.record, stored())

  const isReuse = verdict === 'reuse'
  const keyAgeMs = clock.now() < rotatedAt ? 0 : clock.now() - rotatedAt
  assert.deepEqual(
    reused,
    isReuse ? [{ strategy: 'relogin-key', sessionId: id, userId: 'alice', keyAgeMs }] : [],
  )
  assert.deepEqual(revoked, isReuse ? [id] : [])
  assert.equal(stored() === undefined, isReuse)
  if (isReuse) assert.equal(await trial.present(generation, 'any'), null, 'the other goes on')
}
