import {
  createKeyring,
  createStoredStrategy,
  type SessionRecord,
  type SessionStrategy,
  signCredential,
  verifyCredential,
} from '@sojourn/core'
import type { StrategyOptions } from './strategy.ts'

/** The other extreme of the contract: the credential is the session, and the server remembers nothing. */
export function createReferenceCookie({ keys, now }: Pick<StrategyOptions, 'keys' | 'now'>): SessionStrategy {
  const keyring = createKeyring(keys, 'reference cookie')
  const seal = (record: SessionRecord) => {
    const text = Buffer.from(JSON.stringify(record)).toString('base64url')
    return `${text}.${keyring.sign(text)}`
  }
  return {
    name: 'reference-cookie',
    traits: {
      durable: true,
      shared: true,
      detectsConflicts: false,
      newCredential: 'at-save',
      cookieName: null,
      binds: false,
    },
    revoker: null,
    directory: null,

    async resume(credential) {
      const macAt = credential.lastIndexOf('.')
      const text = credential.slice(0, macAt)
      const signedWith = keyring.verify(text, credential.slice(macAt + 1))
      if (signedWith === null) return null
      const record: SessionRecord = JSON.parse(Buffer.from(text, 'base64url').toString())
      if (now() >= record.expiresAt || now() >= record.deadline) return null
      return signedWith === 'old' ? { record, credential: seal(record) } : { record }
    },

    async save(record) {
      const next = { ...record, version: record.version + 1 }
      return { ok: true, record: next, credential: seal(next) }
    },

    async close() {},
  }
}

/** A credential that is replaced whenever it is used; the one before it is still good for a retry. */
export function createReferenceOneTimeKey(options: StrategyOptions): SessionStrategy {
  const { store, keys, now } = options
  const keyring = createKeyring(keys, 'stored credential')
  const stored = createStoredStrategy(options)
  return {
    ...stored,
    name: 'reference-one-time-key',
    traits: { ...stored.traits, newCredential: 'at-resume' },

    async resume(credential) {
      const claim = verifyCredential(keyring, credential)
      for (;;) {
        const record = claim && (await stored.directory.find(claim.id))
        if (record === null || claim === null) return null
        const { id, version, generation } = record
        if (claim.generation === generation - 1) {
          return { record, credential: signCredential(keyring, id, generation) }
        }
        if (claim.generation !== generation) return null
        const next = { ...record, version: version + 1, generation: generation + 1, rotatedAt: now() }
        if (await store.write(next)) {
          return { record: next, credential: signCredential(keyring, id, next.generation) }
        }
      }
    },
  }
}
