import sessions from 'client-sessions'
import type { Request } from 'express'
import type { Contender, SessionData } from '../contender.ts'

type ClientSession = SessionData & { user?: string; reset(): void }

const sessionOf = (req: Request) => (req as unknown as { mySession: ClientSession }).mySession

export const contender: Contender = {
  name: 'client-sessions',
  about: 'client-sessions, encrypted in a cookie',
  lifetime: 'an hour; who goes on using it is given a new one, without end',
  mount(app, { secrets }) {
    app.use(
      sessions({
        cookieName: 'mySession',
        secret: secrets[0], // it takes no older ones
        duration: 3_600_000,
        activeDuration: 1000 * 60 * 5,
      }),
    )
  },
  signIn(req, userId) {
    sessionOf(req).user = userId
  },
  signOut: req => sessionOf(req).reset(),
  userOf: req => sessionOf(req).user ?? null,
  dataOf: sessionOf,
}
