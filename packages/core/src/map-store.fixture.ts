import type { SessionStore } from './store.ts'
import type { SessionRecord } from './strategy.ts'

/** A store as plain as can be, which tests can look into, hold and break. */
export class MapStore implements SessionStore {
  readonly name = 'map'
  readonly traits = { durable: false, shared: false }
  readonly records = new Map<string, SessionRecord>()
  /** How often each method was called. */
  readonly calls = { read: 0, write: 0, remove: 0 }
  /** Happens before each of these calls does anything. */
  before: (method: 'read' | 'write' | 'remove') => void | Promise<void> = () => {}
  readonly #listeners = new Set<(id: string) => void>()

  async read(id: string) {
    await this.#call('read')
    return this.records.get(id) ?? null
  }

  async write(next: SessionRecord) {
    await this.#call('write')
    if ((this.records.get(next.id)?.version ?? 0) !== next.version - 1) return false
    this.records.set(next.id, Object.freeze(next))
    return true
  }

  async listByUser(userId: string) {
    return [...this.records.values()].filter(record => record.userId === userId)
  }

  async remove(id: string) {
    await this.#call('remove')
    if (this.records.delete(id)) for (const listener of this.#listeners) listener(id)
  }

  onRemoved(listener: (id: string) => void) {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close() {}

  async #call(method: 'read' | 'write' | 'remove') {
    this.calls[method]++
    await this.before(method)
  }
}
