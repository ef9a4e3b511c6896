import type { ClientStorage } from './storage.ts'

/** For one tab, or where nothing is lost with a session: see `createIndexedDbStorage`. */
export function createLocalStorage(storage: Storage): ClientStorage {
  return {
    read: name => storage.getItem(name),
    write(name, text) {
      if (text === null) storage.removeItem(name)
      else storage.setItem(name, text)
    },
  }
}
