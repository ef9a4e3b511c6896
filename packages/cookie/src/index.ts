export * from './revocations.ts'
export * from './strategy.ts'
