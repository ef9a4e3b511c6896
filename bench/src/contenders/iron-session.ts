import type { Request } from 'express'
import { getIronSession, type IronSession } from 'iron-session'
import type { Contender, SessionData } from '../contender.ts'

interface IronData extends SessionData {
  user?: string
}

const sessionOf = (req: Request) => req.session as unknown as IronSession<IronData>

export const contender: Contender = {
  name: 'iron-session',
  about: 'iron-session, encrypted in a cookie',
  lifetime: '14 days from its last save, without end',
  mount(app, { secrets }) {
    const numbered = secrets.map((secret, age) => [secrets.length - age, secret])
    const options = { password: Object.fromEntries(numbered), cookieName: 'session' }
    app.use(async (req, res, next) => {
      const session = await getIronSession<IronData>(req, res, options)
      Object.assign(req, { session })
      next()
    })
  },
  signIn(req, userId) {
    sessionOf(req).user = userId
  },
  signOut: req => sessionOf(req).destroy(),
  userOf: req => sessionOf(req).user ?? null,
  dataOf: sessionOf,
  save: req => sessionOf(req).save(),
}
