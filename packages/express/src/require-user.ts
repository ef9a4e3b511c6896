import type { ServerResponse } from 'node:http'
import { SessionError } from '@sojourn/core'
import type { SessionRequest } from './slot.ts'

export interface RequireUserOptions {
  /** Where pages send a visitor to sign in, with `?next=` saying where to return; default `/login`. */
  readonly loginPath?: string
}

/**
 * Lets only signed-in visitors pass. Others are redirected if they asked for a page, and get 401 and
 * `{ "error": "sign_in_required" }` if not. What it guards is not cached, unless the handler says so.
 */
export function requireUser({ loginPath = '/login' }: RequireUserOptions = {}) {
  return (req: SessionRequest, res: ServerResponse, next: () => void): void => {
    res.setHeader('Cache-Control', 'no-store')
    if (req.session === undefined) {
      throw new SessionError('invalid_option', 'requireUser needs sessions(…) to be mounted before it.')
    }
    if (req.session.userId !== null) return next()
    if (req.accepts(['json', 'html']) === 'html') {
      const mark = loginPath.includes('?') ? '&' : '?'
      const returnTo = req.method === 'GET' ? `${mark}next=${encodeURIComponent(req.originalUrl)}` : ''
      res.writeHead(303, { Location: loginPath + returnTo }).end()
    } else {
      res.writeHead(401, { 'Content-Type': 'application/json' }).end('{"error":"sign_in_required"}')
    }
  }
}

/** The path in `next`, if it leads to this site; else `otherwise`. Keeps a login form from being an open redirect. */
export function localPath(next: unknown, otherwise = '/'): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return otherwise
  const base = 'http://sojourn.invalid'
  return URL.canParse(next, base) && new URL(next, base).origin === base ? next : otherwise
}
