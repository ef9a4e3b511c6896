import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { dayMs, hourMs, minuteMs } from '@sojourn/conformance'
import { createSessions, type Session } from '@sojourn/core'
import { createTrial } from './trial.fixture.ts'

suite('A session that is opened, changed and committed', () => {
  const host = { replaced() {}, canDeliver: () => true }

  async function createVisits() {
    const trial = await createTrial()
    const { strategy, clock } = trial
    const sessions = createSessions({ strategy, now: clock.now, idleMs: dayMs, deadlineMs: dayMs })
    const open = async (generation: number, attempt: string): Promise<Session<Record<string, unknown>>> =>
      sessions.open([trial.presented(await trial.keyOf(generation), attempt)], host)
    const commit = async (session: Session<Record<string, unknown>>) => {
      const instruction = await sessions.commit(session)
      return instruction.do === 'set' ? instruction.credential : instruction.do
    }
    return { ...trial, open, commit }
  }

  test('is written twice, and its client has the key of the resume', async () => {
    const { store, open, commit, keyOf, stored } = await createVisits()
    const { writes } = store
    const session = await open(0, 'A')
    session.cart = ['apples']
    assert.equal(await commit(session), await keyOf(1))
    assert.deepEqual([stored()?.generation, stored()?.data], [1, '{"cart":["apples"]}'])
    assert.equal(store.writes, writes + 2)
    assert.deepEqual({ ...(await open(1, 'B')) }, { cart: ['apples'] })
  })

  test('is renewed by core, and not rotated by that', async () => {
    const { clock, open, commit, keyOf, stored } = await createVisits()
    clock.advance(hourMs)
    const session = await open(0, 'A')
    clock.advance(minuteMs)
    assert.equal(await commit(session), await keyOf(1))
    const { generation, rotatedAt, expiresAt } = stored() ?? assert.fail()
    assert.deepEqual([generation, rotatedAt, expiresAt], [1, clock.now() - minuteMs, clock.now() + dayMs])
  })

  test('keeps what a tab changed that has rotated meanwhile, and the key of that tab', async () => {
    const { open, commit, keyOf, stored, present } = await createVisits()
    const slow = await open(0, 'A')
    const quick = await open(1, 'B')
    quick.quick = true
    assert.equal(await commit(quick), await keyOf(2))
    slow.slow = true
    assert.equal(await commit(slow), await keyOf(1))
    assert.deepEqual(JSON.parse(stored()?.data ?? ''), { quick: true, slow: true })
    assert.ok(await present(2, 'C'))
  })

  test('has the key of the sign-in, if there was one', async () => {
    const { clock, open, commit, keyOf, stored, present } = await createVisits()
    const session = await open(0, 'A')
    session.signIn('alice')
    assert.equal(await commit(session), await keyOf(clock.now()))
    assert.equal(await present(1, 'B'), null)
    assert.equal(stored()?.generation, clock.now())
    assert.ok(await present(clock.now(), 'C'))
  })

  test('is not ended by a thief who is judged while its owner signs in', async () => {
    const { store, present, rotate, signIn, current, reused } = await createTrial()
    await rotate('A')
    store.beforeWrite = signIn
    assert.equal(await present(0, 'thief'), null)
    assert.deepEqual(reused, [])
    await rotate('B')
    assert.ok(current() > 3)
  })

  test('is answered with an error while 40 others are quicker', async () => {
    const { strategy, store, keyOf } = await createTrial()
    store.write = async () => false
    await assert.rejects(strategy.resume(await keyOf(0)), { name: 'SessionError', code: 'conflict' })
  })
})
