export { connectToNats } from './connect-to-nats.ts'
export type { SessionServiceOptions, SessionToken, SessionUser } from './options.ts'
export type { AuthRequest } from './requests.ts'
export { createSessionService, type SessionService } from './session-service.ts'
