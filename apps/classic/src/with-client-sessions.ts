import sessions from 'client-sessions'
import type { Express, RequestHandler } from 'express'
import { createSite } from './create-site.ts'
import { checkPassword, findUser, users } from './users.ts'

export function withClientSessions(secret: string): Express {
  const app = createSite('client-sessions')

  app.use(sessions({ cookieName: 'session', secret, duration: 2 * 60 * 1000, activeDuration: 60 * 1000 }))

  app.use((req, res, next) => {
    res.locals.user = findUser(req.session.user)
    next()
  })

  const requireLogin: RequestHandler = (req, res, next) => {
    if (req.session.user) next()
    else if (req.path.startsWith('/api/')) res.status(401).json({ error: 'sign_in_required' })
    else res.redirect('/login')
  }

  app.get('/', (_req, res) => {
    res.render('home')
  })

  app.get('/session-test-add', (req, res) => {
    req.session.message = String(req.query.message ?? '')
    res.render('message', { message: req.session.message })
  })

  app.get('/session-test-read', (req, res) => {
    res.render('message', { message: req.session.message })
  })

  app.get('/login', (_req, res) => {
    res.render('login', { error: null })
  })

  app.post('/login', (req, res) => {
    const user = checkPassword(req.body)
    if (user === null) return res.status(401).render('login', { error: 'invalid login' })
    req.session.user = user.name
    res.redirect('/dashboard')
  })

  app.get('/dashboard', requireLogin, (_req, res) => {
    res.render('dashboard')
  })

  app.get('/logout', (req, res) => {
    req.session.reset()
    res.redirect('/')
  })

  app.get('/greet', (req, res) => {
    req.session.greetings = (req.session.greetings ?? 0) + 1
    res.json({ hello: req.session.user ?? 'stranger', greetings: req.session.greetings })
  })

  app.post('/api/login', (req, res) => {
    const user = checkPassword(req.body)
    if (user === null) return res.status(401).json({ error: 'invalid_login' })
    req.session.user = user.name
    res.json(user)
  })

  app.get('/api/users', requireLogin, (_req, res) => {
    res.json(users)
  })

  app.post('/api/logout', (req, res) => {
    req.session.reset()
    res.json({ signedOut: true })
  })

  return app
}
