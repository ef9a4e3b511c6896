/** What all tabs share. */
export interface Item {
  readonly key: string
  /** When the session service last took a key of ours, in milliseconds since the epoch. */
  readonly renewedAt: number
  /** Of a use that has begun, and whose answer has not been stored yet. */
  readonly attempt?: string
}

const name = 'reloginKey'
const channel = new BroadcastChannel(name)
let opening: Promise<IDBDatabase> | null = null

export async function readItem(): Promise<Item | null> {
  return (await run('readonly', items => items.get(name))) ?? null
}

/** Null removes. Resolves when all other tabs see it. */
export async function writeItem(item: Item | null): Promise<void> {
  await run('readwrite', items => (item === null ? items.delete(name) : items.put(item, name)))
  channel.postMessage(null)
}

/** When another tab has written. */
export function onItem(listener: () => void): void {
  channel.addEventListener('message', listener)
}

/**
 * Not in localStorage: a tab that has the lock does not see there what the tab that had it before has just written, so
 * that two tabs would present one key with two attempt ids, as a thief would.
 */
async function run(mode: IDBTransactionMode, act: (items: IDBObjectStore) => IDBRequest): Promise<Item> {
  opening ??= open()
  try {
    const transaction = (await opening).transaction('items', mode)
    const request = act(transaction.objectStore('items'))
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } catch (error) {
    opening = null // browsers may close a database behind one's back
    throw error
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('resgate-demo')
    request.onupgradeneeded = () => request.result.createObjectStore('items')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
