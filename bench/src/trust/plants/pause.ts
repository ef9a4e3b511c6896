import type { Plant } from '../plant.ts'

export const pauseMs = 200
const dayMs = 86_400_000

/** The event loop stands still once when sessions have expired, and some are held until then. */
export const plant: Plant = host => {
  const startedAt = Date.now()
  let isClear = false
  const timer = setInterval(() => {
    if (Date.now() - startedAt < dayMs) return
    clearInterval(timer)
    const end = performance.now() + pauseMs
    while (performance.now() < end);
    isClear = true
  }, 1)
  return {
    ...host,
    countSessions: () => (isClear ? (host.countSessions?.() ?? 0) : 1),
  }
}
