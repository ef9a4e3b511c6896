export * from './clock.ts'
export { eventually } from './eventually.ts'
export {
  type FaultHarness,
  type FaultyNetwork,
  type FaultyServer,
  faultLaws,
  type StoreAddress,
  testFaults,
} from './faults.ts'
export { Gate } from './gate.ts'
export type { Law } from './law.ts'
export type { Action, Perform, SessionHolder, View } from './perform.ts'
export { createRecord, dayMs, hourMs, minuteMs } from './record.ts'
export { type StoreHarness, storeLaws, testStore } from './store.ts'
export {
  createStoredHarness,
  patientMs,
  type StrategyHarness,
  type StrategyMaker,
  strategyLaws,
  testStrategy,
} from './strategy.ts'
export {
  type Answer,
  type ServeOptions,
  type TransportHarness,
  type TransportServer,
  testTransport,
  transportLaws,
  type Visitor,
} from './transport.ts'
export { TrialStore } from './trial-store.ts'
