export { createLevelStore, type LevelStore, type LevelStoreOptions } from './store.ts'
