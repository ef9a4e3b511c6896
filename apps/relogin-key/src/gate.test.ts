import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate } from './gate.ts'

test('a gate lets two through at a time and three wait, in their order; the sixth is refused', async () => {
  const gate = createGate({ atOnce: 2, waiting: 3 })
  const begun: number[] = []
  const ends: (() => void)[] = []
  const visit = (n: number) =>
    gate(() => {
      begun.push(n)
      return new Promise<number>(resolve => ends.push(() => resolve(n)))
    })
  const visits = [1, 2, 3, 4, 5].map(visit)
  assert.deepEqual(begun, [1, 2])
  assert.equal(visit(6), null)

  ends.shift()?.()
  assert.equal(await visits[0], 1)
  assert.deepEqual(begun, [1, 2, 3])
  const last = visit(7)
  for (let n = 0; n < 5; n++) {
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  assert.deepEqual(await Promise.all([...visits, last]), [1, 2, 3, 4, 5, 7])
  assert.deepEqual(begun, [1, 2, 3, 4, 5, 7])
})

test('work that fails makes room, too', async () => {
  const gate = createGate({ atOnce: 1, waiting: 0 })
  await assert.rejects(async () => gate(() => Promise.reject(new Error('no'))), /no/)
  assert.equal(await gate(async () => 2), 2)
})
