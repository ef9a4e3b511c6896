import session from 'express-session'
import { createExpressSessionContender } from '../express-session.ts'

let store: session.MemoryStore

export const contender = {
  ...createExpressSessionContender('express-session-memory', 'express-session with its MemoryStore', () => {
    store = new session.MemoryStore()
    return store
  }),
  countSessions: () => Object.keys(store.sessions).length,
}
