import type { LocksLike } from './options.ts'

/** Where keys are kept, as texts under names. What it throws delays the client, and ends no session. */
export interface ClientStorage {
  read(name: string): string | null | Promise<string | null>
  /** Null removes. */
  write(name: string, text: string | null): void | Promise<void>
  /** Of all that share it. */
  readonly locks?: LocksLike
}

export function createMemoryStorage(): ClientStorage {
  const texts = new Map<string, string | null>()
  return {
    read: name => texts.get(name) ?? null,
    write: (name, text) => void texts.set(name, text),
  }
}

/**
 * What one tab has written, all others read: unlike `localStorage`, of which the HTML standard promises no such thing,
 * so that two tabs that take turns may still present one key with two attempt ids.
 */
export function createIndexedDbStorage(): ClientStorage {
  let opening: Promise<IDBDatabase> | null = null

  async function run(mode: IDBTransactionMode, act: (items: IDBObjectStore) => IDBRequest): Promise<string> {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open('sojourn')
      request.onupgradeneeded = () => request.result.createObjectStore('items')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    try {
      const transaction = (await opening).transaction('items', mode)
      const request = act(transaction.objectStore('items'))
      return await new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
      })
    } catch (error) {
      opening = null // Browsers may close a database behind one's back.
      throw error
    }
  }

  return {
    read: async name => (await run('readonly', items => items.get(name))) ?? null,
    async write(name, text) {
      await run('readwrite', items => (text === null ? items.delete(name) : items.put(text, name)))
    },
  }
}

/** Private windows may have a database that cannot be opened. */
export async function createDefaultStorage(): Promise<ClientStorage> {
  try {
    if ('document' in globalThis) {
      const storage = createIndexedDbStorage()
      await storage.read('')
      return storage
    }
  } catch {}
  return createMemoryStorage()
}
