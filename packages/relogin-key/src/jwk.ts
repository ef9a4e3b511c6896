import { hash, hkdfSync } from 'node:crypto'
import { checkSecrets, type Secret } from '@sojourn/core'

/** A symmetric key as of RFC 7517. Whoever has it can also make tokens. */
export interface SecretJwk {
  readonly kty: 'oct'
  readonly alg: 'HS256'
  readonly kid: string
  readonly k: string
}

/**
 * The key under which `format: 'jwt'` signs with this secret, for a service that verifies the tokens. The secret
 * cannot be computed from it.
 *
 * @throws {SessionError} `weak_secret`
 */
export function deriveJwk(secret: Secret): SecretJwk {
  const [bytes] = checkSecrets([secret]) as [Uint8Array]
  const k = Buffer.from(hkdfSync('sha256', bytes, '', 'sojourn relogin jwt', 32)).toString('base64url')
  return { kty: 'oct', alg: 'HS256', kid: hash('sha256', k, 'base64url').slice(0, 11), k }
}
