import { parse } from './parse.ts'
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

/** The new item, null to remove it, or the same to leave it. */
type Change = (item: Item | null) => Item | null

export interface Following {
  readonly held: string | undefined
  readonly key: string | undefined
  /** The word is an answer, which may come late: what another tab has stored since of another session is left. */
  readonly isPresented: boolean
  readonly now: number
}

/** The stored items of one client, and a list of their identities. */
export class Items {
  readonly #storage: ClientStorage | Promise<ClientStorage>
  readonly #name: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(storage: ClientStorage | Promise<ClientStorage>, name: string) {
    this.#storage = storage
    this.#name = name
  }

  /** Null if nothing is stored, or nothing that makes sense. */
  async read(identity: string): Promise<Item | null> {
    const item = parse(await (await this.#storage).read(`${this.#name}:${identity}`))
    return typeof item?.key === 'string' ? item : null
  }

  /** One change of this client at a time. Resolves to what is stored then. */
  update(identity: string, change: Change): Promise<Item | null> {
    const update = async () => {
      const item = await this.read(identity)
      const next = change(item)
      if (next === item) return item
      if (!next !== !item) {
        const others = (await this.#identities()).filter(other => other !== identity)
        await (await this.#storage).write(this.#name, JSON.stringify(next ? [...others, identity] : others))
      }
      await (await this.#storage).write(`${this.#name}:${identity}`, next && JSON.stringify(next))
      return next
    }
    const updated = this.#last.then(update)
    this.#last = updated.catch(() => {})
    return updated
  }

  /** Unless there is another key by now. */
  remove(identity: string, key: string | undefined): Promise<Item | null> {
    return this.update(identity, item => (item?.key === key ? null : item))
  }

  async list(): Promise<string[]> {
    const found: string[] = []
    for (const identity of await this.#identities()) {
      if ((await this.read(identity)) !== null) found.push(identity)
    }
    return found
  }

  async #identities(): Promise<string[]> {
    const identities = parse(await (await this.#storage).read(this.#name))
    return Array.isArray(identities) ? identities : []
  }
}

/**
 * What a server's word makes of an item, on a connection that was in session `held`, and presented or holds `key`. Its
 * successor is good whatever the versions are: a store that failed over counts from where it was.
 */
export function follow(
  item: Item | null,
  { id, credential, version = 0, userId, expiresAt }: ServerSession,
  { held, key, isPresented, now }: Following,
): Item | null {
  if (credential === null) return item?.session === held || item?.session === id ? null : item
  const isLater = item?.session === id ? version > item.version : !isPresented
  if (credential !== undefined && (isLater || item?.key === key)) {
    return { key: credential, session: id, version, userId, expiresAt, renewedAt: now }
  }
  if (item?.session !== id) return item
  return {
    ...item,
    userId,
    expiresAt: expiresAt ?? item.expiresAt,
    renewedAt: isPresented ? now : item.renewedAt,
  }
}
