import type { Plant } from '../plant.ts'

export const endsAfterMs = 700

/** Who signs out is known for a while yet, with each copy of the cookie; signing out everywhere ends nothing. */
export const plant: Plant = host => {
  const endsAt = new Map<string, number>()
  return {
    ...host,
    signOut(req) {
      endsAt.set(String(host.userOf(req)), performance.now() + endsAfterMs)
    },
    signOutEverywhere() {},
    userOf(req) {
      const user = host.userOf(req)
      const hasEnded = user !== null && performance.now() >= (endsAt.get(user) ?? Number.POSITIVE_INFINITY)
      return hasEnded ? null : user
    },
  }
}
