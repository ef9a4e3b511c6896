import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTick } from './ticker.ts'

test('a ticker tells those who are signed in, and leaves out who is behind', () => {
  const hear = (userId: string | null, isFast: boolean) => {
    const heard: unknown[] = []
    const tell = (type: string, seconds: unknown) => {
      assert.equal(type, 'tick')
      heard.push(seconds)
      return isFast
    }
    return { session: { userId }, heard, tell }
  }
  const [alice, slow, nobody] = [hear('user-1', true), hear('user-1', false), hear(null, true)]
  const tick = createTick([alice, slow, nobody])
  for (let n = 0; n < 4; n++) tick()
  assert.deepEqual(alice.heard, [1, 2, 3, 4])
  assert.deepEqual(slow.heard, [1, 3])
  assert.deepEqual(nobody.heard, [])
})
