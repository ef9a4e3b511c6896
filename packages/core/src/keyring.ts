import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { SessionError } from './errors.ts'

const minSecretBytes = 32

/** At least 32 bytes, as text (UTF-8) or bytes. `undefined` is refused like any that is too short. */
export type Secret = string | Uint8Array | undefined

/** Signs with the first of its secrets and verifies with all, so that a secret can be replaced without a loss. */
export interface Keyring {
  /** HMAC-SHA-256 of `text`, as 43 characters of base64url. */
  sign(text: string): string
  /** Which secret made this MAC: `current` the first, `old` another, null none. Takes constant time per secret. */
  verify(text: string, mac: string): 'current' | 'old' | null
}

/**
 * @param secrets newest first
 * @param purpose keeps MACs of one use worthless for another, though the secret is the same (RFC 5869, `info`)
 * @throws {SessionError} `weak_secret` if there is none, or one is too short
 */
export function createKeyring(secrets: readonly Secret[], purpose: string): Keyring {
  const keys = checkSecrets(secrets).map(secret => deriveKey(secret, purpose))
  const [newest] = keys as [KeyObject]
  return {
    sign: text => mac(newest, text),
    verify(text, presented) {
      if (presented.length !== 43) return null
      const bytes = Buffer.from(presented, 'utf8')
      const index = keys.findIndex(key => equal(Buffer.from(mac(key, text), 'utf8'), bytes))
      return index < 0 ? null : index === 0 ? 'current' : 'old'
    },
  }
}

/**
 * The secrets as bytes, in their order.
 *
 * @throws {SessionError} `weak_secret` if there is none, or one is too short
 */
export function checkSecrets(secrets: readonly Secret[]): Uint8Array[] {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new SessionError(
      'weak_secret',
      'No secret: pass a list of at least one, of 32 random bytes or more.',
    )
  }
  return secrets.map((secret: Secret, index) => {
    const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret
    if (bytes instanceof Uint8Array && bytes.length >= minSecretBytes) return bytes
    const found = bytes instanceof Uint8Array ? `${bytes.length} bytes` : typeof bytes
    throw new SessionError(
      'weak_secret',
      `Secret ${index + 1} is too short (${found}): use at least ${minSecretBytes} random bytes, ` +
        'for example from `openssl rand -base64 32`.',
    )
  })
}

const deriveKey = (secret: Uint8Array, purpose: string): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', `sojourn ${purpose}`, 32)))

const mac = (key: KeyObject, text: string) => createHmac('sha256', key).update(text).digest('base64url')

// A MAC is compared as text: base64url decoding would accept several texts for the same bytes.
const equal = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b)
