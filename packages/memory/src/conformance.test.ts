import { createStoredHarness, type StoreHarness, testStore, testStrategy } from '@sojourn/conformance'
import { createMemoryStore } from './store.ts'

const harness: StoreHarness = {
  open: async ({ now }) => createMemoryStore({ now }),
}

testStore('memory', harness)
testStrategy('memory', createStoredHarness(harness))
