import { createMemoryStore } from '@sojourn/memory'
import { createReloginContender } from '../relogin.ts'

export const contender = createReloginContender(
  'relogin-key-memory',
  'relogin keys, in the memory of one process',
  () => createMemoryStore({ maxSessions: 10_000_000 }),
)
