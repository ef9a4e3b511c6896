import type { ClientStorage } from './storage.ts'

/** What is stored of one identity. Of two keys of one session, the one with the higher version is the later. */
export interface Item {
  readonly key: string
  readonly session: string
  readonly version: number
  readonly userId: string | null
  readonly expiresAt: number | null
  /** When a server last took the key, by any tab. */
  readonly renewedAt: number
  /** Of a presentation that has been begun, and not been answered yet. */
  readonly attempt?: string
}

/** What the server tells of a session. */
export interface ServerSession {
  readonly id: string
  readonly userId: string | null
  readonly expiresAt: number | null
  readonly credential?: string | null
  readonly version?: number
  readonly refused?: 'reuse' | 'unknown'
}

/** A change: the new item, null to remove it, undefined to leave it. */
type Change = (item: Item | null) => Item | null | undefined

/** The stored items of one client, and a list of their identities. */
export class Items {
  readonly #storage: ClientStorage
  readonly #name: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(storage: ClientStorage, name: string) {
    this.#storage = storage
    this.#name = name
  }

  nameOf(identity: string): string {
    return `${this.#name}:${identity}`
  }

  /** Null if nothing is stored, or nothing that makes sense. */
  async read(identity: string): Promise<Item | null> {
    const item = await this.#parse(this.nameOf(identity))
    return typeof item?.key === 'string' ? item : null
  }

  /** One change of this client at a time. Resolves to what is stored then. */
  update(identity: string, change: Change): Promise<Item | null> {
    const update = async () => {
      const item = await this.read(identity)
      const next = change(item)
      if (next === undefined) return item
      await this.#storage.write(this.nameOf(identity), next && JSON.stringify(next))
      const identities = await this.#identities()
      if (identities.includes(identity) !== (next !== null)) {
        const others = identities.filter(other => other !== identity)
        await this.#storage.write(this.#name, JSON.stringify(next ? [...others, identity] : others))
      }
      return next
    }
    const updated = this.#last.then(update)
    this.#last = updated.catch(() => {})
    return updated
  }

  async list(): Promise<string[]> {
    const found: string[] = []
    for (const identity of await this.#identities()) {
      if ((await this.read(identity)) !== null) found.push(identity)
    }
    return found
  }

  async #identities(): Promise<string[]> {
    const identities = await this.#parse(this.#name)
    return Array.isArray(identities) ? identities : []
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON that its callers check.
  async #parse(name: string): Promise<any> {
    const text = await this.#storage.read(name)
    try {
      return JSON.parse(text as string)
    } catch {
      return null
    }
  }
}

/** What a server's word makes of an item, on a connection that was in session `held`. Undefined: nothing. */
export function follow(
  item: Item | null,
  { id, credential, version = 0, userId, expiresAt }: ServerSession,
  { held, isPresented, now }: { held: string | undefined; isPresented: boolean; now: number },
): Item | null | undefined {
  if (credential === null) return item !== null && [held, id].includes(item.session) ? null : undefined
  if (credential !== undefined && (item?.session !== id || version > item.version)) {
    return { key: credential, session: id, version, userId, expiresAt, renewedAt: now }
  }
  if (item?.session !== id) return undefined
  const renewedAt = isPresented ? now : item.renewedAt
  return { ...item, userId, expiresAt: expiresAt ?? item.expiresAt, renewedAt }
}
