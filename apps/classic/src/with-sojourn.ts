import { createCookieStrategy } from '@sojourn/cookie'
import { requireUser, sessions } from '@sojourn/express'
import type { Express } from 'express'
import { createSite } from './create-site.ts'
import { checkPassword, findUser, users } from './users.ts'

export function withSojourn(secret: string): Express {
  const app = createSite('Sojourn')

  const strategy = createCookieStrategy({ keys: [secret] })
  app.use(sessions({ strategy, idleMs: 2 * 60 * 1000, touchMs: 60 * 1000 }))

  app.use((req, res, next) => {
    res.locals.user = findUser(req.session.userId)
    next()
  })

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
    req.session.signIn(user.name)
    res.redirect('/dashboard')
  })

  app.get('/dashboard', requireUser(), (_req, res) => {
    res.render('dashboard')
  })

  app.get('/logout', (req, res) => {
    req.session.signOut()
    res.redirect('/')
  })

  app.get('/greet', (req, res) => {
    req.session.greetings = (req.session.greetings ?? 0) + 1
    res.json({ hello: req.session.userId ?? 'stranger', greetings: req.session.greetings })
  })

  app.post('/api/login', (req, res) => {
    const user = checkPassword(req.body)
    if (user === null) return res.status(401).json({ error: 'invalid_login' })
    req.session.signIn(user.name)
    res.json(user)
  })

  app.get('/api/users', requireUser(), (_req, res) => {
    res.json(users)
  })

  app.post('/api/logout', (req, res) => {
    req.session.signOut()
    res.json({ signedOut: true })
  })

  return app
}
