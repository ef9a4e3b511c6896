import { promisify } from 'node:util'
import type { Request } from 'express'
import session from 'express-session'
import type { Contender, SessionData, World } from './contender.ts'

type ExpressSession = SessionData & {
  user?: string
  regenerate(callback: (error?: unknown) => void): void
  destroy(callback: (error?: unknown) => void): void
}

const sessionOf = (req: Request) => req.session as unknown as ExpressSession

/** express-session over a store, mounted and signed in to as its README says. */
export function createExpressSessionContender(
  name: string,
  about: string,
  createStore: (world: World) => session.Store,
): Contender {
  return {
    name,
    about,
    lifetime: 'an hour from its last use, without end',
    mount(app, world) {
      app.use(
        session({
          secret: world.secrets,
          store: createStore(world),
          resave: false,
          saveUninitialized: false,
          cookie: { maxAge: 3_600_000 },
        }),
      )
    },
    async signIn(req, userId) {
      const before = sessionOf(req)
      await promisify(before.regenerate.bind(before))()
      sessionOf(req).user = userId
    },
    signOut: req => promisify(sessionOf(req).destroy.bind(sessionOf(req)))(),
    userOf: req => sessionOf(req).user ?? null,
    dataOf: sessionOf,
  }
}
