import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TrialStore } from '@sojourn/conformance'
import { createChangeFeed } from './index.ts'

test('a change feed tells of what others announce, once, not of its own, and leaves nothing behind', async () => {
  const store = new TrialStore()
  const [ours, theirs] = [createChangeFeed({ store }), createChangeFeed({ store })]
  const told: string[] = []
  const stop = ours.onChanged(id => void told.push(id))
  await theirs.announce('session-1')
  await ours.announce('session-2')
  await store.remove('session-3')
  await theirs.announce('session-1')
  assert.deepEqual(told, ['session-1', 'session-1'])
  stop()
  await theirs.announce('session-1')
  assert.equal(told.length, 2)
  assert.equal(store.records.size, 0)
})

test('a change feed says what failed, as a store_unavailable, and how', async () => {
  const store = new TrialStore()
  const shared = Object.assign(store, { traits: { ...store.traits, shared: true } })
  shared.failing = 'writes'
  await assert.rejects(createChangeFeed({ store: shared }).announce('session-1'), {
    name: 'SessionError',
    code: 'store_unavailable',
  })
})
