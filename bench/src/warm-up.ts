/** Of one whose code for other requests is compiled already. */
const shareOfRest = 1 / 4
const sliceSeconds = 0.5
/** Enough for who is slow: where a request takes so long, its code is little of it. */
const mostSeconds = 6

const warm = new WeakSet<object>()

/**
 * Asks `server` for as many `requests` as it takes until its code is compiled and optimised, which is a matter of how
 * often it ran: a fourth of them, if it has been warmed up before.
 *
 * @param ask asks for so long, and says how many requests were answered
 */
export async function warmUp(
  server: object,
  requests: number,
  ask: (seconds: number) => Promise<number>,
): Promise<void> {
  const due = warm.has(server) ? requests * shareOfRest : requests
  warm.add(server)
  const endAt = performance.now() + 1000 * mostSeconds
  for (let done = 0; done < due && performance.now() < endAt; ) done += await ask(sliceSeconds)
}
