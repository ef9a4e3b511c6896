import { createMemoryStore } from '@sojourn/memory'
import { createSessionContender } from '../session-contender.ts'

export const contender = createSessionContender(
  'resgate-memory',
  'relogin keys, in the memory of one process',
  () => createMemoryStore({ maxSessions: 10_000_000 }),
)
