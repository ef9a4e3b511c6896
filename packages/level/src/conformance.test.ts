import { after } from 'node:test'
import { createStoredHarness, type StoreHarness, testStore, testStrategy } from '@sojourn/conformance'
import { createFolder } from './folder.fixture.ts'
import { createLevelStore } from './store.ts'

const folder = await createFolder()
after(() => folder.remove())

const harness: StoreHarness = {
  open: ({ now, place }) => createLevelStore({ location: folder.resolve(place), now }),
}

testStore('level', harness)
testStrategy('level', createStoredHarness(harness))
