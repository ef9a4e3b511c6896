import { createMemoryStore, type MemoryStore } from '@sojourn/memory'
import { createSojournContender } from '../sojourn.ts'

let store: MemoryStore

export const contender = {
  ...createSojournContender('memory', 'Sojourn, in the memory of one process', () => {
    store = createMemoryStore({ maxSessions: 10_000_000 })
    return store
  }),
  countSessions: () => store.size,
}
