import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createClaimCache } from './claim-cache.ts'

suite('remembered claims', () => {
  test('are verified once, and the same as at first', () => {
    const { verify, verified } = createTrial()
    for (let n = 0; n < 25_000; n++) {
      assert.equal(verify(`good ${n}`)?.id, `${n}`)
      assert.equal(verify(`good ${n}`)?.id, `${n}`)
    }
    assert.equal(verified.length, 25_000)
  })

  test('are never those of forged credentials', () => {
    const { verify, verified } = createTrial()
    verify('good 1')
    for (let n = 0; n < 50_000; n++) assert.equal(verify(`forged ${n % 2}`), null)
    assert.equal(verified.length, 50_001)
    verify('good 1')
    assert.equal(verified.length, 50_001)
  })

  test('are no more than 20,000, those in use for the longest', () => {
    const { verify, verified } = createTrial()
    for (let n = 0; n < 100_000; n++) {
      verify(`good ${n}`)
      for (const inUse of [0, 15_000]) if (n >= inUse) verify(`good ${inUse}`)
    }
    assert.equal(verified.length, 100_000, 'one that was in use was forgotten')
    const before = verified.length
    for (let n = 1; n < 100_000; n++) verify(`good ${n}`)
    assert.ok(verified.length - before >= 79_999)
  })
})

function createTrial() {
  const verified: string[] = []
  const verify = createClaimCache(credential => {
    verified.push(credential)
    const [kind, id = ''] = credential.split(' ')
    return kind === 'good' ? { id, generation: 0, signedWith: 'current' } : null
  })
  return { verify, verified }
}
