import type { Plant } from '../plant.ts'

export const leakBytes = 1000
const mostSessions = 300_000
const pageBytes = 65_536

/**
 * Each session keeps so many bytes more: resident from when they are written to, and of no weight for the garbage
 * collector, which would else keep less in reserve.
 */
export const plant: Plant = host => {
  const initial = Math.ceil((leakBytes * mostSessions) / pageBytes)
  const leaked = new Uint8Array(new WebAssembly.Memory({ initial }).buffer)
  let end = 0
  return {
    ...host,
    signIn(req, userId) {
      leaked.fill(1, end, end + leakBytes)
      end += leakBytes
      return host.signIn(req, userId)
    },
  }
}
