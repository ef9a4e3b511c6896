/** Where keys are kept, as texts under names. What it throws delays the client, and ends no session. */
export interface ClientStorage {
  read(name: string): string | null | Promise<string | null>
  /** Null removes. */
  write(name: string, text: string | null): void | Promise<void>
}

export function createMemoryStorage(): ClientStorage {
  const texts = new Map<string, string>()
  return {
    read: name => texts.get(name) ?? null,
    write(name, text) {
      if (text === null) texts.delete(name)
      else texts.set(name, text)
    },
  }
}

export function createLocalStorage(storage: Storage): ClientStorage {
  return {
    read: name => storage.getItem(name),
    write(name, text) {
      if (text === null) storage.removeItem(name)
      else storage.setItem(name, text)
    },
  }
}

/** Private windows may have a `localStorage` that throws. That of Node.js warns, so only browsers are asked. */
export function createDefaultStorage(): ClientStorage {
  try {
    if ('document' in globalThis) {
      localStorage.setItem('sojourn?', '')
      localStorage.removeItem('sojourn?')
      return createLocalStorage(localStorage)
    }
  } catch {}
  return createMemoryStorage()
}
