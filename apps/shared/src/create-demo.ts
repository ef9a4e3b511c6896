import { resolve } from 'node:path'
import type { SessionStrategy } from '@sojourn/core'
import { type ExpressSessionsOptions, localPath, sessions } from '@sojourn/express'
import express, { type Express } from 'express'
import { createDashboard } from './create-dashboard.ts'
import { createSignIn } from './create-sign-in.ts'
import { answerError, answerNotFound } from './error-pages.ts'
import { publicFolder } from './public-folder.ts'
import { securityHeaders } from './security-headers.ts'
import type {} from './session-data.ts'
import { findUser } from './users.ts'

export interface DemoOptions
  extends Pick<ExpressSessionsOptions, 'idleMs' | 'deadlineMs' | 'touchMs' | 'now'> {
  readonly strategy: SessionStrategy
  /** The demo's name, such as `Sessions in memory`. */
  readonly title: string
  /** What it shows: a paragraph each, with code between backticks. */
  readonly about: readonly string[]
}

const root = resolve(import.meta.dirname, '..')

/** A small site whose sessions are kept by `strategy`. */
export function createDemo(options: DemoOptions): Express {
  const { strategy, title, about, idleMs = 3_600_000, now = Date.now } = options
  // Cookies do not tell ports apart: under one name, demos that run side by side would sign each other out.
  const cookieName = strategy.traits.cookieName ?? `${strategy.name}-session`

  const app = express()
  app.set('view engine', 'ejs').set('views', resolve(root, 'views'))
  Object.assign(app.locals, { title, strategy, theme: undefined, user: undefined, path: '/' })

  app.use(securityHeaders())
  app.use(express.static(publicFolder))
  app.use(sessions({ ...options, idleMs, cookie: { name: cookieName } }))
  app.use(express.urlencoded({ extended: false }))

  app.use((req, res, next) => {
    const { session } = req
    const user = findUser(session.userId)
    if (user === null && session.userId !== null) session.signOut() // the account is gone
    const path = req.method === 'GET' ? req.originalUrl : '/'
    Object.assign(res.locals, { theme: session.theme, user, path })
    next()
  })

  app.get('/', (req, res) => {
    res.render('home', { about, notice: notices.get(String(req.query.notice)) })
  })

  app.post('/theme', (req, res) => {
    const { theme, next } = req.body ?? {}
    if (theme === 'light' || theme === 'dark') req.session.theme = theme
    else delete req.session.theme
    res.redirect(303, localPath(next))
  })

  app.use(createSignIn({ strategy, now }))
  app.use(createDashboard({ strategy, cookieName, idleMs, now }))
  app.use(answerNotFound)
  app.use(answerError)
  return app
}

/** Said by the address, so that a visitor who signed out holds no session. */
const notices: ReadonlyMap<string, string> = new Map([
  ['signed-out', 'You are signed out.'],
  ['signed-out-everywhere', 'You are signed out on all your devices.'],
])
