import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createGoodCache } from './good-cache.ts'

suite('good credentials', () => {
  test('are checked once, and answered as at first', () => {
    const { check, checked } = createTrial()
    for (let n = 0; n < 250; n++) {
      const first = check(good(n))
      assert.deepEqual(first, { is: good(n) })
      assert.equal(check(good(n)), first)
    }
    assert.equal(checked.length, 250)
  })

  test('are remembered, and those that are not good are not', () => {
    const { check, checked } = createTrial()
    check(good(1))
    for (let n = 0; n < 500; n++) assert.equal(check(`forged ${n % 2}`), null)
    assert.equal(checked.length, 501)
    check(good(1))
    assert.equal(checked.length, 501)
  })

  test('are at most twice as long as the capacity, together; those in use are kept', () => {
    const { check, checked } = createTrial()
    for (let n = 0; n < 1000; n++) {
      check(good(n))
      for (const inUse of [0, 150]) if (n >= inUse) check(good(inUse))
    }
    assert.equal(checked.length, 1000, 'one that was in use was forgotten')
    for (let n = 1; n < 1000; n++) check(good(n))
    assert.ok(checked.length - 1000 >= 799)
  })
})

/** Ten characters. */
const good = (n: number) => `good ${String(n).padStart(5, '0')}`

function createTrial() {
  const checked: string[] = []
  const check = createGoodCache(credential => {
    checked.push(credential)
    return credential.startsWith('good') ? { is: credential } : null
  }, 1000)
  return { check, checked }
}
