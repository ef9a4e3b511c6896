import type { ServerResponse } from 'node:http'
import {
  createSessions,
  type Instruction,
  type Session,
  type SessionData,
  SessionError,
  type SessionHost,
  type SessionsOptions,
} from '@sojourn/core'
import { createBearerSlot } from './bearer-slot.ts'
import { type CookieOptions, createCookieSlot } from './cookie-slot.ts'
import { type CrossSiteOptions, createCrossSiteCheck } from './cross-site.ts'
import { holdResponse, isHeadSent } from './hold-response.ts'
import { checkLegacies, forget, type LegacySessions, takeOver } from './legacy.ts'
import type { SessionRequest } from './slot.ts'

declare global {
  namespace Express {
    interface Request {
      /** The client's session; see `sessions` of `@sojourn/express`. */
      session: Session
    }
  }
}

export interface ExpressSessionsOptions extends SessionsOptions {
  /** Where the credential travels; default `cookie`. */
  readonly credential?: 'cookie' | 'bearer'
  readonly cookie?: CookieOptions
  /** Unsafe requests from pages of other sites get a `cross_site_request` error; `false` lets them pass. */
  readonly csrf?: CrossSiteOptions | false
  /**
   * When the strategy, or `legacy`, fails on the way in: `fail`, the default, is an error with status 503; `anonymous`
   * goes on with a session that can be read, but neither saved nor ended.
   */
  readonly whenUnavailable?: 'fail' | 'anonymous'
  /**
   * Where to look for a session if the client presents no credential of ours, good or bad. One that is found becomes
   * a new session of ours; the answer that delivers it makes the client forget the other.
   */
  readonly legacy?: LegacySessions | readonly LegacySessions[]
}

export interface SessionsHandler<D extends object> {
  (req: SessionRequest, res: ServerResponse, next: (error?: unknown) => void): void
  /** `req.session`, typed. */
  of(req: object): Session<D>
}

/**
 * Gives each request its `req.session`, and saves it before the answer ends: a client that has the answer finds
 * its session saved. Errors reach `next` with a `status`. Where several are mounted on a path, the first serves it.
 *
 * @throws {SessionError} `invalid_option`
 */
export function sessions<D extends object = SessionData>(
  options: ExpressSessionsOptions,
): SessionsHandler<D> {
  const { credential = 'cookie', cookie, csrf, whenUnavailable = 'fail', legacy = [] } = options
  if (!['cookie', 'bearer'].includes(credential)) {
    throw new SessionError('invalid_option', `credential must be cookie or bearer, not ${credential}.`)
  }
  if (!['fail', 'anonymous'].includes(whenUnavailable)) {
    throw new SessionError(
      'invalid_option',
      `whenUnavailable must be fail or anonymous, not ${whenUnavailable}.`,
    )
  }
  if (options.strategy?.traits.binds) {
    throw new SessionError(
      'invalid_option',
      'The strategy binds its credentials to a cookie, which is for those that script can read: leave bind out.',
    )
  }
  const core = createSessions(options)
  const named = nameCookie(credential === 'cookie' ? cookie : {}, options.strategy.traits.cookieName)
  const legacies = [legacy].flat()
  checkLegacies(legacies, credential, named.name)
  const slot = credential === 'bearer' ? createBearerSlot() : createCookieSlot(named, options.now)
  const isCrossSite = csrf === false || !slot.isAmbient ? () => null : createCrossSiteCheck(csrf)

  const handler = (req: SessionRequest, res: ServerResponse, next: (error?: unknown) => void): void => {
    if (req.session !== undefined) return next()
    const crossSite = isCrossSite(req)
    if (crossSite !== null) return next(crossSite)

    let session: Session
    let taken: readonly LegacySessions[] = []
    let begunAs = ''
    const host: SessionHost = {
      canDeliver() {
        slot.assertUsable(req)
        return !isHeadSent(res)
      },
      replaced(by) {
        req.session = session = by
      },
    }

    const deliver = (instruction: Instruction): undefined => {
      if (instruction.do !== 'keep') slot.write(req, res, instruction)
      if (legacies.length === 0 || isHeadSent(res)) return
      // Whoever signs out, which gives the session another id, is not to be signed in again by what is from before.
      const hasEnded = session.id !== begunAs
      if (!hasEnded && instruction.do === 'keep' && !isNothing(session)) return
      forget(hasEnded ? legacies : taken, req, res)
      taken = []
      begunAs = session.id
    }

    const settle = (): undefined | Promise<() => void> => {
      if (req.session !== session) throw sessionReplaced()
      const instruction = core.commit(session)
      if (!(instruction instanceof Promise)) return deliver(instruction)
      return instruction.then(settled => () => deliver(settled))
    }

    const fail = (error: unknown) => {
      const isCut = res.headersSent
      next(error)
      if (isCut) res.destroy()
    }

    const begin = (opened: Session): void => {
      req.session = session = opened
      if (legacies.length > 0) begunAs = session.id
      holdResponse(res, settle, fail)
      next()
    }

    const goWithout = (error: SessionError) => {
      if (whenUnavailable === 'fail') next(error)
      else begin(core.openAnonymous(host, error))
    }

    const credentials = slot.read(req)
    if (credentials.length > 0) return void core.open(credentials, host).then(begin, goWithout)
    if (legacies.length === 0) return begin(core.openAnonymous(host))
    takeOver(legacies, req, () => core.openAnonymous(host)).then(found => {
      taken = found.taken
      begin(found.session)
    }, goWithout)
  }
  return Object.assign(handler, { of: (req: object) => (req as { session: Session<D> }).session })
}

/** Of a session that was taken over: it was emptied, and is not there to be saved. */
const isNothing = (session: Session) => session.userId === null && Object.keys(session).length === 0

/** The name is stated once: by a strategy that binds its credentials to it, else here. */
function nameCookie(cookie: CookieOptions = {}, bound: string | null): CookieOptions {
  const { name = bound ?? undefined } = cookie
  if (bound !== null && name !== bound) {
    throw new SessionError(
      'invalid_option',
      `cookie.name is ${name}, but the strategy binds its credentials to ${bound}: leave cookie.name out.`,
    )
  }
  return name === undefined ? cookie : { ...cookie, name }
}

const sessionReplaced = () =>
  new SessionError(
    'session_replaced',
    'req.session was assigned to: set its properties instead, or end it with req.session.signOut().',
  )
