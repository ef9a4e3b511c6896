import { randomBytes } from 'node:crypto'
import type { Keyring } from './keyring.ts'
import type { Credential } from './strategy.ts'

/** The longest credential that is looked at; ours have 75 characters or so. */
const maxLength = 256

/** 128 random bits as 22 characters of base64url. */
export const createSessionId = (): string => randomBytes(16).toString('base64url')

/** What a server-held credential claims, once its MAC has been found good. */
export interface Claim {
  readonly id: string
  readonly generation: number
  /** Which secret signed it; a credential signed with an old one should be replaced. */
  readonly signedWith: 'current' | 'old'
}

/** `id.generation.mac`: the MAC key is not in the store, so a stolen store holds no credential. */
export function signCredential(keyring: Keyring, id: string, generation: number): Credential {
  const claim = `${id}.${generation}`
  return `${claim}.${keyring.sign(claim)}`
}

/** Null unless we signed it, so a forged credential is refused before any store is asked. */
export function verifyCredential(keyring: Keyring, credential: Credential): Claim | null {
  if (credential.length > maxLength) return null
  const macAt = credential.lastIndexOf('.')
  const generationAt = credential.lastIndexOf('.', macAt - 1)
  if (generationAt <= 0) return null
  const signedWith = keyring.verify(credential.slice(0, macAt), credential.slice(macAt + 1))
  if (signedWith === null) return null
  return {
    id: credential.slice(0, generationAt),
    generation: Number(credential.slice(generationAt + 1, macAt)),
    signedWith,
  }
}
