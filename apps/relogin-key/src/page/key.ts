import { createIndexedDbStorage } from '@sojourn/client'

/** Where the client keeps its key, and where the page looks for it. */
export const storage = createIndexedDbStorage()
/** Under which the client keeps its key: its default name and identity. */
const name = 'sojourn:default'

/** The stored key, as far as the page shows it. Times are milliseconds since the epoch. */
export interface Key {
  /** All that is stored: what a thief would copy. */
  readonly text: string
  readonly generation: number
  readonly session: string
  readonly renewedAt: number
  readonly expiresAt: number | null
}

export async function readKey(): Promise<Key | null> {
  const text = await storage.read(name)
  return text === null ? null : parse(text)
}

/** Puts a copied key in the place of the page's own. False if it is none. */
export async function takeKey(text: string): Promise<boolean> {
  if (parse(text) === null) return false
  await storage.write(name, text)
  return true
}

function parse(text: string): Key | null {
  try {
    const { key, session, renewedAt, expiresAt } = JSON.parse(text)
    const generation = Number(key.split('.')[1]) // a key is `id.generation.mac`
    return Number.isInteger(generation) ? { text, generation, session, renewedAt, expiresAt } : null
  } catch {
    return null
  }
}
