export { type Client, createClient } from './client.ts'
export {
  type ChannelLike,
  ClientError,
  type ClientOptions,
  type LocksLike,
  type SocketLike,
} from './options.ts'
export type { State } from './state.ts'
export {
  type ClientStorage,
  createIndexedDbStorage,
  createMemoryStorage,
} from './storage.ts'
