export * from './jwk.ts'
export type { ReloginKeyStrategyOptions } from './options.ts'
export * from './strategy.ts'
