import type { SessionStrategy } from '@sojourn/core'
import { localPath } from '@sojourn/express'
import { Router } from 'express'
import { describeDevice } from './device.ts'
import { findUserByPassword } from './users.ts'

export interface SignInOptions {
  readonly strategy: SessionStrategy
  readonly now: () => number
}

/** Signing in and out. */
export function createSignIn({ strategy, now }: SignInOptions): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    const next = localPath(req.query.next, '/dashboard')
    if (req.session.userId !== null) return res.redirect(303, next)
    res.render('login', { next, name: '', error: null })
  })

  router.post('/login', async (req, res) => {
    const name = String(req.body?.name ?? '')
    const next = localPath(req.body?.next, '/dashboard')
    const user = await findUserByPassword(name, String(req.body?.password ?? ''))
    if (user === null) {
      return res.status(401).render('login', { next, name, error: 'invalid login' })
    }
    req.session.signIn(user.id)
    req.session.device = describeDevice(req, now())
    res.redirect(303, next)
  })

  router.post('/logout', (req, res) => {
    req.session.signOut()
    res.redirect(303, '/?notice=signed-out')
  })

  if (strategy.revoker !== null) {
    router.post('/logout-everywhere', (req, res) => {
      req.session.signOut({ everywhere: true })
      res.redirect(303, '/?notice=signed-out-everywhere')
    })
  }

  return router
}
