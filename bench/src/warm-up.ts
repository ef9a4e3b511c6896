/** Of one that has been warmed up by other requests: much of its code is compiled already. */
const shareOfRest = 1 / 3
const sliceSeconds = 0.5
/** Only what is very slow comes to the end of it. */
const mostSeconds = 20

const warm = new WeakSet<object>()

/**
 * Asks `server` for as many `requests` as it takes until its code is compiled and optimised, which is a matter of how
 * often it ran: a third of them, if it has been warmed up before.
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
