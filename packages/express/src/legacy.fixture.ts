import type { Express } from 'express'
import { Browser } from './browser.fixture.ts'
import type { LegacySessions } from './index.ts'

/** Sessions in a cookie that says, unsigned, whose they are. Only for a test. */
export const createLegacy = (cookieName: string): LegacySessions => ({
  cookieName,
  read({ headers: { cookie = '' } }) {
    const [, userId] = new RegExp(`\\b${cookieName}=(\\w+)`).exec(cookie) ?? []
    return userId === undefined || userId === 'bad' ? null : { userId, data: { from: cookieName } }
  },
  clear({ headers: { cookie = '' } }, res) {
    if (cookie.includes(`${cookieName}=`)) res.appendHeader('Set-Cookie', `${cookieName}=; Max-Age=0`)
  },
})
export const legacy = createLegacy('old')
export const noSession = 'nobody, undefined'

export function addPages(app: Express): void {
  app.get('/who', (req, res) => {
    const { from } = req.session as { from?: string }
    res.send(`${req.session.userId ?? 'nobody'}, ${from}`)
  })
  app.get('/stream', (_req, res) => {
    res.write('one, ')
    res.write('two')
    res.end()
  })
  app.post('/sign-out', (req, res) => {
    req.session.signOut()
    res.send('bye')
  })
  app.post('/sign-in', (req, res) => {
    req.session.signIn('bob')
    res.send('welcome')
  })
  app.post('/switch', (req, res) => {
    req.session.signOut()
    req.session.signIn('bob')
    res.send('welcome')
  })
  app.post('/save-late', (req, res) => {
    const late = () => {
      res.write('sorry')
      res.once('drain', () => {
        req.session.signOut()
        res.end()
      })
    }
    req.session.save().then(late, late)
  })
}

export async function comeWith(site: { url: string }, ...cookies: string[]): Promise<Browser> {
  const browser = new Browser(site)
  for (const name of cookies) browser.cookies.set(name, 'ada')
  return browser
}
