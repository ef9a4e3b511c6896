import type { Credential } from './strategy.ts'

/**
 * Remembers what `check` found good lately: to check it again may take more than all the rest of a request. Forged
 * credentials are not remembered, so they push nothing out.
 *
 * @param capacity characters of credentials, in each of the two halves
 */
export function createGoodCache<T extends object>(
  check: (credential: Credential) => T | null,
  capacity: number,
): (credential: Credential) => T | null {
  let young = new Map<Credential, T>()
  let old = young
  let length = 0
  return credential => {
    const known = young.get(credential)
    if (known !== undefined) return known
    const good = old.get(credential) ?? check(credential)
    if (good === null) return null
    if (length >= capacity) {
      old = young
      young = new Map()
      length = 0
    }
    length += credential.length
    young.set(credential, good)
    return good
  }
}
