import { testBroken } from './broken.ts'
import { brokenStores } from './broken-stores.ts'
import { lasting, ReferenceStore, volatile } from './reference-store.ts'
import { storeLaws, testStore } from './store.ts'

testStore('reference, volatile', volatile(ReferenceStore))
testStore('reference, lasting', lasting(ReferenceStore))
testBroken('broken stores', brokenStores, storeLaws, { concurrency: true })
