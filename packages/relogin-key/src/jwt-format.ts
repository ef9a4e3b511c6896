import { createSecretKey, type KeyObject } from 'node:crypto'
import { checkSecrets, type Secret } from '@sojourn/core'
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import { attemptPattern, type KeyFormat, type Presented } from './claim.ts'
import { deriveJwk, type SecretJwk } from './jwk.ts'

/** With a user id of 2,000 characters, whatever they are, a token fits. */
const maxLength = 16_384

/** The last character of a signature carries four bits: a decoder would take it with others behind them, too. */
const pattern = new RegExp(`^([\\w-]+\\.[\\w-]+\\.[\\w-]{42}[AEIMQUYcgkosw048])(?:\\.(${attemptPattern}))?$`)

/** A JWT (RFC 7519) signed by HS256, and `.attempt` after it. */
export function createJwtFormat(secrets: readonly Secret[]): KeyFormat {
  const jwks = checkSecrets(secrets).map(deriveJwk)
  const [{ kid: newest }] = jwks as [SecretJwk]
  const keys = new Map(jwks.map(({ kid, k }) => [kid, createSecretKey(k, 'base64url')]))

  function keyOf({ kid }: Partial<JWTHeaderParameters>): KeyObject {
    const key = keys.get(kid ?? '')
    if (key === undefined) throw new errors.JWKSNoMatchingKey()
    return key
  }

  async function verify(token: string, bond: string | null): Promise<Omit<Presented, 'attempt'> | null> {
    // At the epoch nothing has expired: saves move the expiry after a token was issued, and the record has it.
    const options = { algorithms: ['HS256'], currentDate: new Date(0) }
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, options)
    const { sid, gen, bnd = null } = payload
    if (typeof sid !== 'string' || !isGeneration(gen) || bnd !== bond) return null
    return { id: sid, generation: gen, bond, signedWith: protectedHeader.kid === newest ? 'current' : 'old' }
  }

  return {
    issue({ id, userId, generation, expiresAt }, bond) {
      const session = { sid: id, gen: generation, exp: Math.floor(expiresAt / 1000) }
      const claims = bond === null ? session : { ...session, bnd: bond }
      const header = { alg: 'HS256', typ: 'JWT', kid: newest }
      return new SignJWT(userId === null ? claims : { sub: userId, ...claims })
        .setProtectedHeader(header)
        .sign(keyOf(header))
    },

    async read(credential, bond) {
      if (credential.length > maxLength) return null
      const [, token, attempt = null] = pattern.exec(credential) ?? []
      if (token === undefined) return null
      try {
        const claim = await verify(token, bond)
        return claim && { ...claim, attempt }
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

const isGeneration = (gen: unknown): gen is number => Number.isSafeInteger(gen) && (gen as number) >= 0
