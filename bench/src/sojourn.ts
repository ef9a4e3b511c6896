import {
  createStoredStrategy,
  type SessionRevoker,
  type SessionStore,
  type SessionStrategy,
} from '@sojourn/core'
import { sessions } from '@sojourn/express'
import type { Contender, SessionData, World } from './contender.ts'

/** Sojourn on a strategy, mounted and signed in to as its README says. */
export function createStrategyContender(
  name: string,
  about: string,
  createStrategy: (world: World) => SessionStrategy | Promise<SessionStrategy>,
): Contender {
  return {
    name,
    about,
    lifetime: 'an hour from its last use, and a day at most',
    async mount(app, world) {
      app.use(sessions({ strategy: await createStrategy(world) }))
    },
    signIn: (req, userId) => req.session.signIn(userId),
    signOut: req => req.session.signOut(),
    userOf: req => req.session.userId,
    dataOf: req => req.session as SessionData,
  }
}

/** The same, for a strategy that has a revoker. */
export function createRevocableContender(
  name: string,
  about: string,
  createStrategy: (world: World) => Promise<SessionStrategy & { readonly revoker: SessionRevoker }>,
): Contender {
  let revoker: SessionRevoker
  const contender = createStrategyContender(name, about, async world => {
    const strategy = await createStrategy(world)
    revoker = strategy.revoker
    return strategy
  })
  return {
    ...contender,
    signOutEverywhere: ({ session }) => session.signOut({ everywhere: true }),
    async changePassword({ session }) {
      const userId = String(session.userId)
      await revoker.revokeAll(userId, { except: session.id })
      session.signIn(userId)
    },
  }
}

/** Sojourn over a store. */
export function createSojournContender(
  name: string,
  about: string,
  createStore: (world: World) => SessionStore | Promise<SessionStore>,
): Contender {
  let store: SessionStore & { clearExpired?(): Promise<void> }
  const contender = createRevocableContender(name, about, async world => {
    store = await createStore(world)
    return createStoredStrategy({ store, keys: world.secrets })
  })
  return {
    ...contender,
    async clearExpired() {
      await store.clearExpired?.()
      return store.clearExpired !== undefined
    },
  }
}
