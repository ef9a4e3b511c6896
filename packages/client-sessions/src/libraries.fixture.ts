import type { LegacySessions } from '@sojourn/express'
import clientSessionsLibrary from 'client-sessions'
import cookieSessionLibrary from 'cookie-session'
import type { Express, Request, Response } from 'express'
import { getIronSession } from 'iron-session'
import { cookieSession } from './cookie-session.ts'
import { clientSessions } from './index.ts'
import { ironSession } from './iron-session.ts'
import type { BridgeOptions } from './options.ts'

export interface Library {
  /** As its README mounts it. */
  mount(app: Express): void
  /** Has the library give the client a cookie. */
  put(req: Request, res: Response, content: object): Promise<void> | void
  /** With the same options. */
  bridge(options: BridgeOptions): LegacySessions
  /** The names of its cookies. */
  readonly cookies: readonly string[]
}

export const minuteMs = 60_000
export const clientSessionsOptions = {
  cookieName: 'old',
  secret: 'a secret of the time before',
  duration: 30 * minuteMs,
  activeDuration: 5 * minuteMs,
}
export const cookieSessionOptions = { name: 'old', keys: ['a key', 'an older key'], maxAge: 30 * minuteMs }
export const ironOptions = {
  cookieName: 'old',
  password: 'a password of the time before, long enough',
  cookieOptions: { secure: false },
}

export const libraries: Record<string, Library> = {
  'client-sessions': {
    mount: app => void app.use(clientSessionsLibrary({ ...clientSessionsOptions })),
    put: (req, _res, content) => void Object.assign((req as unknown as { old: object }).old, content),
    bridge: options => clientSessions({ ...clientSessionsOptions, ...options }),
    cookies: ['old'],
  },
  'cookie-session': {
    mount: app => void app.use(cookieSessionLibrary(cookieSessionOptions)),
    put: (req, _res, content) => void Object.assign(req, { session: content }),
    bridge: options => cookieSession({ ...cookieSessionOptions, ...options }),
    cookies: ['old', 'old.sig'],
  },
  'iron-session': {
    mount() {},
    async put(req, res, content) {
      const session = await getIronSession<object>(req, res, ironOptions)
      Object.assign(session, content)
      await session.save()
    },
    bridge: options => ironSession({ ...ironOptions, ...options }),
    cookies: ['old'],
  },
}
