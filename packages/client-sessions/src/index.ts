export * from './client-sessions.ts'
export type { BridgeOptions, Content, CookiePlace } from './options.ts'
