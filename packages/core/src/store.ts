import type { SessionRecord, SessionTraits } from './strategy.ts'

/**
 * Where server-held records live. A store carries records and judges nothing but versions: expiry is the
 * strategy's to judge, so an expired record may be returned, or be gone, as suits the store.
 *
 * Records are values: what a caller does to one that it wrote or read never changes what is stored.
 * Every method throws only on faults, and then whatever it was to do may or may not have been done.
 */
export interface SessionStore {
  readonly name: string
  readonly traits: Pick<SessionTraits, 'durable' | 'shared'>
  /** Null if there is no such record. */
  read(id: string): Promise<SessionRecord | null>
  /**
   * Atomically stores `next` if the stored version is `next.version - 1`, where absent counts as 0, and says
   * whether it did. So a record that was removed cannot be written back by a save that began before.
   */
  write(next: SessionRecord): Promise<boolean>
  /** In no particular order. */
  listByUser(userId: string): Promise<SessionRecord[]>
  /** Removing what is not there is no error. */
  remove(id: string): Promise<void>
  /**
   * Calls back with the id of each record that `remove`, or a bound on their number, took away before it
   * expired: here or, where the store can tell, in any process. Returns how to stop listening.
   */
  onRemoved(listener: (id: string) => void): () => void
  close(): Promise<void>
}
