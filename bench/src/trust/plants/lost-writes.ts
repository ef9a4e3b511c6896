import type { Plant } from '../plant.ts'
import { numberOf } from '../user-number.ts'

/** A server has what was written to it, but of what was written elsewhere not that of 1 user in 50. */
export const plant: Plant = host => {
  const signedInHere = new Set<string>()
  return {
    ...host,
    signIn(req, userId) {
      signedInHere.add(userId)
      return host.signIn(req, userId)
    },
    dataOf(req) {
      const user = host.userOf(req)
      const isLost = user !== null && !signedInHere.has(user) && numberOf(user) % 50 === 0
      return isLost ? { counter: 0 } : host.dataOf(req)
    },
  }
}
