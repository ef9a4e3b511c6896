/** Of a connection, what the ticker uses. */
export interface Hearer {
  readonly session: { readonly userId: string | null }
  /** False if what waits to be sent is much already. */
  tell(type: string, ...args: unknown[]): boolean
}

/**
 * Tells those who are signed in, each second, how many seconds it has run. Who reads too slowly is left out the next
 * time. Returns how to stop.
 */
export function startTicker(hearers: Iterable<Hearer>): () => void {
  const tick = createTick(hearers)
  const timer = setInterval(tick, 1000)
  return () => clearInterval(timer)
}

export function createTick(hearers: Iterable<Hearer>): () => void {
  const behind = new WeakSet<Hearer>()
  let seconds = 0
  return () => {
    seconds++
    for (const hearer of hearers) {
      if (hearer.session.userId === null || behind.delete(hearer)) continue
      if (!hearer.tell('tick', seconds)) behind.add(hearer)
    }
  }
}
