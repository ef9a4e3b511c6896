import type { SessionRecord, SessionStore } from '@sojourn/core'
import type { StoreHarness } from './store.ts'

/** A correct store, as plain as can be: what the broken ones are made of. */
export class ReferenceStore implements SessionStore {
  readonly name: string = 'reference'
  readonly traits: SessionStore['traits']
  readonly records: Map<string, SessionRecord>
  readonly listeners: ((id: string) => void)[] = []

  /** With `records` of its own it is neither durable nor shared; with those of a place it is both. */
  constructor(records?: Map<string, SessionRecord>) {
    this.traits = { durable: records !== undefined, shared: records !== undefined }
    this.records = records ?? new Map()
  }

  async read(id: string): Promise<SessionRecord | null> {
    const stored = this.records.get(id)
    return stored === undefined ? null : structuredClone(stored)
  }

  async write(next: SessionRecord): Promise<boolean> {
    if ((this.records.get(next.id)?.version ?? 0) !== next.version - 1) return false
    this.records.set(next.id, structuredClone(next))
    return true
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    return [...this.records.values()]
      .filter(stored => stored.userId === userId)
      .map(stored => structuredClone(stored))
  }

  async remove(id: string): Promise<void> {
    if (!this.records.delete(id)) return
    for (const listener of this.listeners) listener(id)
  }

  onRemoved(listener: (id: string) => void): () => void {
    this.listeners.push(listener)
    return () => {
      const index = this.listeners.indexOf(listener)
      if (index >= 0) this.listeners.splice(index, 1)
    }
  }

  async close(): Promise<void> {}
}

export const createReferenceStore = (): SessionStore => new ReferenceStore()

export type StoreClass = new (records?: Map<string, SessionRecord>) => SessionStore

/** Each store by itself, as memory is. */
export const volatile = (Store: StoreClass): StoreHarness => ({ open: async () => new Store() })

/** All stores on a place have the same records, as a database has them. */
export function lasting(Store: StoreClass): StoreHarness {
  const places = new Map<string, Map<string, SessionRecord>>()
  return {
    async open({ place }) {
      const records = places.get(place) ?? new Map<string, SessionRecord>()
      places.set(place, records)
      return new Store(records)
    },
  }
}
