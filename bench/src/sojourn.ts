import { createStoredStrategy, type SessionStore } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import type { Contender, SessionData, World } from './contender.ts'

/** Sojourn over a store, mounted and signed in to as its README says. */
export function createSojournContender(
  name: string,
  about: string,
  createStore: (world: World) => SessionStore | Promise<SessionStore>,
): Contender {
  return {
    name,
    about,
    async mount(app, world) {
      const store = await createStore(world)
      app.use(sessions({ strategy: createStoredStrategy({ store, keys: [world.secret] }) }))
    },
    signIn: (req, userId) => req.session.signIn(userId),
    signOut: req => req.session.signOut(),
    userOf: req => req.session.userId,
    dataOf: req => req.session as SessionData,
  }
}
