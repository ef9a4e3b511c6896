export type { CookieOptions } from './cookie-slot.ts'
export type { CrossSiteOptions } from './cross-site.ts'
export { localPath, type RequireUserOptions, requireUser } from './require-user.ts'
export { type ExpressSessionsOptions, type SessionsHandler, sessions } from './sessions.ts'
