import { signCredential, verifyCredential } from './credential.ts'
import { createGoodCache } from './good-cache.ts'
import { guardStore } from './guard-store.ts'
import { createKeyring, type Secret } from './keyring.ts'
import type { SessionStore } from './store.ts'
import type { SessionDirectory, SessionRecord, SessionRevoker, SessionStrategy } from './strategy.ts'
import { wholeMs } from './whole-ms.ts'

/** About 10,000 credentials in each half: with what they claim, 6 MB in all. */
const cachedLength = 750_000

export interface StoredStrategyOptions {
  readonly store: SessionStore
  /** Newest first, each at least 32 bytes: the first signs credentials, all verify them. */
  readonly keys: readonly Secret[]
  /** How long each operation of the store may take, in milliseconds; default 2 s. See `guardStore`. */
  readonly timeoutMs?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

/** A strategy with a store can always revoke and list. */
export interface StoredStrategy extends SessionStrategy {
  readonly revoker: SessionRevoker
  readonly directory: SessionDirectory
}

/**
 * Turns any store into a strategy whose credentials are `id.generation.mac`.
 *
 * @throws {SessionError} `weak_secret`, `invalid_option`
 */
export function createStoredStrategy(options: StoredStrategyOptions): StoredStrategy {
  const { timeoutMs = 2000 } = options
  const now = wholeMs(options.now ?? Date.now)
  const store = guardStore(options.store, timeoutMs)
  const keyring = createKeyring(options.keys, 'stored credential')
  const credentialOf = (record: SessionRecord) => signCredential(keyring, record.id, record.generation)
  const verify = createGoodCache(credential => verifyCredential(keyring, credential), cachedLength)
  const isLive = (record: SessionRecord) => now() < Math.min(record.expiresAt, record.deadline)

  async function find(id: string): Promise<SessionRecord | null> {
    const record = await store.read(id)
    return record !== null && isLive(record) ? record : null
  }

  async function list(userId: string): Promise<SessionRecord[]> {
    return (await store.listByUser(userId)).filter(isLive)
  }

  return {
    name: store.name,
    traits: {
      ...store.traits,
      detectsConflicts: true,
      newCredential: 'at-sign-in',
      cookieName: null,
      binds: false,
    },

    async resume(credential) {
      const claim = verify(credential)
      if (claim === null) return null
      const record = await store.read(claim.id)
      if (record === null || record.generation !== claim.generation || !isLive(record)) return null
      return claim.signedWith === 'old' ? { record, credential: credentialOf(record) } : { record }
    },

    async save(record, { reissue }) {
      const first = record.version === 0
      // Two generations on, so that no earlier credential is ever the direct predecessor of the new one.
      const rotated = reissue && !first ? { generation: record.generation + 2, rotatedAt: now() } : {}
      const next = { ...record, ...rotated, version: record.version + 1 }
      if (!(await store.write(next))) return { ok: false, current: await find(record.id) }
      return first || reissue
        ? { ok: true, record: next, credential: credentialOf(next) }
        : { ok: true, record: next }
    },

    revoker: {
      revoke: id => store.remove(id),
      async revokeAll(userId, { except } = {}) {
        const records = await store.listByUser(userId)
        await Promise.all(records.filter(({ id }) => id !== except).map(({ id }) => store.remove(id)))
      },
      onRevoked: listener => store.onRemoved(listener),
    },

    directory: { find, list },
    close: () => store.close(),
  }
}
