import { createStoredStrategy } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import { createMemoryStore, type MemoryStore } from '@sojourn/memory'
import type { Contender, SessionData } from '../contender.ts'

let store: MemoryStore

export const contender: Contender = {
  name: 'memory',
  about: 'Sojourn, in the memory of one process',
  mount(app, { secret }) {
    store = createMemoryStore({ maxSessions: 10_000_000 })
    app.use(sessions({ strategy: createStoredStrategy({ store, keys: [secret] }) }))
  },
  signIn: (req, userId) => req.session.signIn(userId),
  signOut: req => req.session.signOut(),
  userOf: req => req.session.userId,
  dataOf: req => req.session as SessionData,
  countSessions: () => store.size,
}
