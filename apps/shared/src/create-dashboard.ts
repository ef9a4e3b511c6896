import { readCookies, type SessionStrategy } from '@sojourn/core'
import { requireUser } from '@sojourn/express'
import { type Request, Router } from 'express'
import { listDevices } from './device.ts'
import { formatAgo, formatTime } from './format-time.ts'
import { findUser } from './users.ts'

export interface DashboardOptions {
  readonly strategy: SessionStrategy
  readonly cookieName: string
  readonly idleMs: number
  readonly now: () => number
}

/** All that only a signed-in user sees. */
export function createDashboard({ strategy, cookieName, idleMs, now }: DashboardOptions): Router {
  const router = Router()
  const { revoker, directory } = strategy

  router.get('/dashboard', requireUser(), async (req, res) => {
    const { session } = req
    await session.save() // a touch that is due moves the idle expiry now, and the page shows where to
    const { id, userId, expiresAt, deadline, count = 0 } = session
    const devices = userId && directory ? await listDevices(directory, userId, id, idleMs) : null
    const credentialBytes = Buffer.byteLength(readCookies(req.headers.cookie ?? '', cookieName)[0] ?? '')
    const facts = { id, expiresAt, deadline, cookieName, credentialBytes }
    res.render('dashboard', { count, facts, devices, now: now(), formatAgo, formatTime })
  })

  router.post('/counter', requireUser(), (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1
    res.redirect(303, '/dashboard')
  })

  if (revoker !== null && directory !== null) {
    router.post('/devices/:id/end', requireUser(), async (req: Request<{ id: string }>, res, next) => {
      const record = await directory.find(req.params.id)
      if (record === null || record.userId !== req.session.userId) return next()
      await revoker.revoke(record.id)
      res.redirect(303, '/dashboard')
    })
  }

  router.get('/api/me', requireUser(), (req, res) => {
    res.json(findUser(req.session.userId))
  })

  return router
}
