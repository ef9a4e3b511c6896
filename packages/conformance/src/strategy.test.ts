import { testBroken } from './broken.ts'
import { brokenStrategies } from './broken-strategies.ts'
import { ReferenceStore, volatile } from './reference-store.ts'
import { createReferenceCookie, createReferenceOneTimeKey } from './reference-strategies.ts'
import { createStoredHarness, strategyLaws, testStrategy } from './strategy.ts'

testStrategy('reference', createStoredHarness(volatile(ReferenceStore)))
testStrategy('reference cookie', {
  open:
    async ({ now }) =>
    keys =>
      createReferenceCookie({ keys, now }),
})
testStrategy(
  'reference one-time key',
  createStoredHarness(volatile(ReferenceStore), createReferenceOneTimeKey),
)
testBroken('broken strategies', brokenStrategies, strategyLaws)
