import { createKeyring, type Secret, signCredential, verifyCredential } from '@sojourn/core'
import { attemptPattern, type KeyFormat } from './claim.ts'

const pattern = new RegExp(`^([^.]+\\.\\d+\\.[^.]{43})(?:\\.(${attemptPattern}))?$`)

/** `id.generation.mac`, and `.attempt` after it. */
export function createPlainFormat(secrets: readonly Secret[]): KeyFormat {
  const keyring = createKeyring(secrets, 'relogin key')
  return {
    issue: ({ id, generation }) => signCredential(keyring, id, generation),
    read(credential) {
      const [, key, attempt = null] = pattern.exec(credential) ?? []
      const claim = key === undefined ? null : verifyCredential(keyring, key)
      return claim && { ...claim, attempt }
    },
  }
}
