import cookieSession from 'cookie-session'
import type { Request } from 'express'
import type { Contender, SessionData } from '../contender.ts'

type CookieSession = { session: (SessionData & { user?: string }) | null }

const requestOf = (req: Request) => req as unknown as CookieSession

export const contender: Contender = {
  name: 'cookie-session',
  about: 'cookie-session, signed and legible in a cookie',
  lifetime: 'ever: only the browser counts the hour',
  mount(app, { secrets }) {
    app.use(cookieSession({ name: 'session', keys: secrets, maxAge: 3_600_000 }))
  },
  signIn(req, userId) {
    Object.assign(requestOf(req).session ?? {}, { user: userId })
  },
  signOut(req) {
    requestOf(req).session = null
  },
  userOf: req => requestOf(req).session?.user ?? null,
  dataOf: req => requestOf(req).session ?? {},
}
