import type { Plant } from '../plant.ts'
import { numberOf } from '../user-number.ts'

/** A server knows all whom it signed in, but of the others no 3 of 100. */
export const plant: Plant = host => {
  const signedInHere = new Set<string>()
  return {
    ...host,
    signIn(req, userId) {
      signedInHere.add(userId)
      return host.signIn(req, userId)
    },
    userOf(req) {
      const user = host.userOf(req)
      const isLost = user !== null && !signedInHere.has(user) && numberOf(user) % 100 < 3
      return isLost ? null : user
    },
  }
}
