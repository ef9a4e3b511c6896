import { createKeyring, type Secret } from '@sojourn/core'
import { attemptPattern, type KeyFormat } from './claim.ts'

/** Ours, with an attempt id, have 150 characters or so. */
const maxLength = 320
const pattern = new RegExp(`^([^.]+)\\.(\\d+)\\.([^.]{43})(?:\\.(${attemptPattern}))?$`)

/** `id.generation.mac`, and `.attempt` after it. The bond is in the MAC only. */
export function createPlainFormat(secrets: readonly Secret[]): KeyFormat {
  const keyring = createKeyring(secrets, 'relogin key')
  const bind = (claim: string, bond: string | null) => (bond === null ? claim : `${claim}.${bond}`)
  return {
    issue({ id, generation }, bond) {
      const claim = `${id}.${generation}`
      return `${claim}.${keyring.sign(bind(claim, bond))}`
    },
    read(credential, bond) {
      if (credential.length > maxLength) return null
      const [, id, generation, mac, attempt = null] = pattern.exec(credential) ?? []
      if (id === undefined || mac === undefined) return null
      const signedWith = keyring.verify(bind(`${id}.${generation}`, bond), mac)
      return signedWith && { id, generation: Number(generation), signedWith, attempt, bond }
    },
  }
}
