import type { Plant } from '../plant.ts'

/** One session never goes. */
export const plant: Plant = host => ({
  ...host,
  countSessions: () => Math.max(1, host.countSessions?.() ?? 0),
})
