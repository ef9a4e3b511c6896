import { setTimeout } from 'node:timers/promises'

/** A connection of node-redis to one server. */
export interface Watched {
  readonly isReady: boolean
  readonly isPubSubActive: boolean
  sendCommand(command: string[], options: { readonly timeout: number }): Promise<unknown>
  connect(): Promise<unknown>
  destroy(): void
}

const pingMs = 1000
const patienceMs = 5000

/**
 * Connects anew what has owed an answer for five seconds: a connection that fell silent. The `socketTimeout` of
 * node-redis does not see it while there is traffic, because what is written counts as life. One that its owner
 * subscribes with is left alone: it would lose its subscriptions. Returns how to stop.
 */
export function watch(connections: () => Iterable<Watched | undefined>): () => void {
  const asked = new WeakSet<Watched>()

  async function check(connection: Watched): Promise<void> {
    if (!connection.isReady || connection.isPubSubActive || asked.has(connection)) return
    asked.add(connection)
    const answered = connection.sendCommand(['PING'], { timeout: 0 }).then(
      () => true,
      () => true,
    )
    const hasAnswered = await Promise.race([answered, setTimeout(patienceMs, false, { ref: false })])
    asked.delete(connection)
    if (hasAnswered || !connection.isReady) return
    connection.destroy()
    connection.connect().catch(() => {})
  }

  const timer = setInterval(() => {
    for (const connection of connections()) if (connection !== undefined) void check(connection)
  }, pingMs).unref()
  return () => clearInterval(timer)
}
