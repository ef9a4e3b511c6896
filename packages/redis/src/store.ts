import { setTimeout } from 'node:timers/promises'
import {
  checkRecord,
  createListeners,
  decodeRecord,
  encodeRecord,
  type SessionRecord,
  type SessionStore,
} from '@sojourn/core'
import type { RedisClient } from './client.ts'
import { codeOf, explain, isRefusal } from './fault.ts'
import { indexScript, removeScript, type Script, saveScript } from './scripts.ts'

/** How many records are asked for at a time, so that a list does not hold up all else. */
const chunk = 1000
const subscribingMs = 1000
const dayMs = 86_400_000
/** For how long an own removal is not told again by Redis. */
const echoMs = 60_000

export interface RedisStoreOptions {
  /** Yours: the store does not close it. */
  readonly client: RedisClient
  /** What all keys and the channel begin with; default `sojourn:`. */
  readonly prefix?: string
  /** The clock, in milliseconds since the epoch. It need not agree with that of Redis. */
  readonly now?: () => number
}

/** Sessions in Redis 6.2 or later, or Valkey: single, behind Sentinel, or a Cluster. */
export function createRedisStore(options: RedisStoreOptions): SessionStore {
  const { client, prefix = 'sojourn:', now = Date.now } = options
  return new Store(client, prefix, now)
}

class Store implements SessionStore {
  readonly name = 'redis'
  readonly traits = { durable: true, shared: true }
  readonly #client: RedisClient
  readonly #prefix: string
  readonly #now: () => number
  readonly #listeners = createListeners()
  readonly #told = new Set<string>()
  /** Why removals cannot be heard of, if Redis forbids it: those who save and remove are told. */
  #refusal: unknown = null
  #isSubscribed = false
  #isClosed = false

  constructor(client: RedisClient, prefix: string, now: () => number) {
    this.#client = client
    this.#prefix = prefix
    this.#now = now
  }

  async read(id: string): Promise<SessionRecord | null> {
    const key = this.#keyOf(id)
    let text: unknown
    try {
      text = await this.#client.send(key, ['GET', key])
    } catch (error) {
      if (codeOf(error) === 'WRONGTYPE') return checkRecord(this.name, id, null)
      throw explain(this.#client.address, error)
    }
    return text === null ? null : decodeRecord(this.name, id, text as string)
  }

  /** The index entry comes first: one without a session is harmless, a session without one could not be revoked. */
  async write(next: SessionRecord): Promise<boolean> {
    const { version, userId, deadline } = next
    if (version === 1) {
      if (userId !== null) await this.#enter(next)
      return this.#saveFirst(next)
    }
    const before = `{"version":${version - 1},`
    if (userId === null) return (await this.#save(next, before, before)) === 'saved'
    const indexed = `${before}"userId":${JSON.stringify(userId)},"deadline":${deadline},`
    const outcome = await this.#save(next, indexed, before)
    if (outcome !== 'unindexed') return outcome === 'saved'
    await this.#enter(next)
    return (await this.#save(next, before, before)) === 'saved'
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    const index = this.#indexOf(userId)
    const ids = (await this.#send(index, [
      'ZRANGEBYSCORE',
      index,
      `(${this.#now() - dayMs}`,
      '+inf',
    ])) as string[]
    const records: SessionRecord[] = []
    for (let start = 0; start < ids.length; start += chunk) {
      for (const record of await Promise.all(ids.slice(start, start + chunk).map(id => this.read(id)))) {
        if (record?.userId === userId) records.push(record)
      }
    }
    return records
  }

  async remove(id: string): Promise<void> {
    const head = await this.#run(removeScript, this.#keyOf(id), this.#channel, id)
    if (head === null) return
    this.#tell(id)
    const userId = decodeRecord(this.name, id, `${head}\n`)?.userId ?? null
    if (userId === null) return
    const index = this.#indexOf(userId)
    await this.#send(index, ['ZREM', index, id])
  }

  onRemoved(listener: (id: string) => void): () => void {
    if (!this.#isSubscribed) {
      this.#isSubscribed = true
      void this.#subscribe()
    }
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#client.close()
  }

  async #subscribe(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#client.subscribe(this.#channel, id => this.#tell(id))
        this.#refusal = null
        return
      } catch (error) {
        this.#refusal = isRefusal(error) ? explain(this.#client.address, error) : null
        await setTimeout(subscribingMs, undefined, { ref: false })
      }
    }
  }

  /** Once, though Redis tells of own removals, too, before or after its reply. */
  #tell(id: string): void {
    if (this.#told.has(id)) return
    this.#told.add(id)
    void setTimeout(echoMs, undefined, { ref: false }).then(() => this.#told.delete(id))
    this.#listeners.tell(id)
  }

  async #saveFirst(next: SessionRecord): Promise<boolean> {
    const key = this.#keyOf(next.id)
    return (await this.#send(key, ['SET', key, encodeRecord(next), 'PX', this.#lifeOf(next), 'NX'])) !== null
  }

  #save(next: SessionRecord, before: string, least: string): Promise<unknown> {
    return this.#run(saveScript, this.#keyOf(next.id), encodeRecord(next), this.#lifeOf(next), before, least)
  }

  #enter({ id, userId, deadline }: SessionRecord): Promise<unknown> {
    return this.#run(
      indexScript,
      this.#indexOf(userId as string),
      id,
      `${deadline}`,
      `${this.#now() - dayMs}`,
    )
  }

  /** In milliseconds; Redis takes none that are past. */
  #lifeOf({ expiresAt }: SessionRecord): string {
    return `${Math.max(1, Math.ceil(expiresAt - this.#now()))}`
  }

  /** Redis forgets scripts when it starts again, and a new primary may never have heard of them. */
  async #run(script: Script, key: string, ...args: string[]): Promise<unknown> {
    if (this.#refusal !== null) throw this.#refusal
    try {
      return await this.#client.send(key, ['EVALSHA', script.sha, '1', key, ...args])
    } catch (error) {
      if (codeOf(error) !== 'NOSCRIPT') throw explain(this.#client.address, error)
      return this.#send(key, ['EVAL', script.text, '1', key, ...args])
    }
  }

  async #send(key: string, command: [string, ...string[]]): Promise<unknown> {
    try {
      return await this.#client.send(key, command)
    } catch (error) {
      throw explain(this.#client.address, error)
    }
  }

  get #channel(): string {
    return `${this.#prefix}removed`
  }

  #keyOf(id: string): string {
    return `${this.#prefix}session:${id}`
  }

  #indexOf(userId: string): string {
    return `${this.#prefix}user:${userId}`
  }
}
