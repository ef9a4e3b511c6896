import { createStoredStrategy, type SessionStore, type SessionStrategy } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import type { Request } from 'express'
import type { Contender, SessionData, World } from './contender.ts'

/** Sojourn on a strategy, mounted and signed in to as its README says. */
export function createStrategyContender(
  name: string,
  about: string,
  createStrategy: (world: World) => SessionStrategy | Promise<SessionStrategy>,
): Contender {
  let strategy: SessionStrategy
  return {
    name,
    about,
    lifetime: 'an hour from its last use, and a day at most',
    async mount(app, world) {
      strategy = await createStrategy(world)
      app.use(sessions({ strategy }))
    },
    signIn: (req, userId) => req.session.signIn(userId),
    signOut: req => req.session.signOut(),
    userOf: req => req.session.userId,
    dataOf: req => req.session as SessionData,
    async changePassword({ session }) {
      const userId = String(session.userId)
      await strategy.revoker?.revokeAll(userId, { except: session.id })
      session.signIn(userId)
    },
  }
}

/** For strategies that have a revoker. */
export const revocable = {
  signOutEverywhere: (req: Request) => req.session.signOut({ everywhere: true }),
}

/** Sojourn over a store. */
export const createSojournContender = (
  name: string,
  about: string,
  createStore: (world: World) => SessionStore | Promise<SessionStore>,
): Contender => ({
  ...createStrategyContender(name, about, async world =>
    createStoredStrategy({ store: await createStore(world), keys: world.secrets }),
  ),
  ...revocable,
})
