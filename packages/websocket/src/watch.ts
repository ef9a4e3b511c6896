import type { Connection } from './connection.ts'
import { closeCodes } from './protocol.ts'
import type { Registry } from './registry.ts'

export interface WatchOptions {
  readonly registry: Registry
  readonly connections: ReadonlySet<Connection>
  readonly presentWithinMs: number
  readonly signInWithinMs: number | null
  readonly pingMs: number
  readonly checkMs: number
  now(): number
  onError(error: unknown): void
}

/** One timer for all connections. Returns how to stop it. */
export function startWatch(options: WatchOptions): () => void {
  const { presentWithinMs, signInWithinMs, pingMs, checkMs } = options
  const shortest = Math.min(presentWithinMs, signInWithinMs ?? Number.POSITIVE_INFINITY, pingMs, checkMs)
  const timer = setInterval(() => watch(options), Math.min(1000, Math.ceil(shortest / 10)))
  timer.unref()
  return () => clearInterval(timer)
}

function watch(options: WatchOptions): void {
  const { registry, connections } = options
  const now = options.now()
  for (const connection of connections) if (!isLate(connection, now, options)) ping(connection, now, options)
  for (const shared of registry.byId.values()) {
    if (shared.move !== null) {
      // Who waits for it is refused, and may try again.
      if (now - shared.move.since > options.presentWithinMs) shared.move.settle()
      continue
    }
    if (!isCheckDue(shared, now, options)) continue
    // A fault now is no reason to send anybody away.
    registry.check(shared).catch(options.onError)
  }
}

function isLate(connection: Connection, now: number, options: WatchOptions): boolean {
  const { presentWithinMs, signInWithinMs } = options
  const waitedMs = now - connection.since
  const { shared, isPresenting } = connection
  if (shared === null) {
    if (isPresenting || waitedMs <= presentWithinMs) return false
    connection.end(closeCodes.notInTime, 'not presented')
    return true
  }
  if (signInWithinMs === null || waitedMs <= signInWithinMs) return false
  if (!connection.isAnonymous || shared.session.userId !== null) return false
  connection.end(closeCodes.notInTime, 'not signed in')
  return true
}

function ping(connection: Connection, now: number, { pingMs }: WatchOptions): void {
  if (connection.socket?.isPaused) {
    // We do not read what it would answer.
    connection.lastSeenAt = now
    connection.pingedAt = 0
  } else if (connection.pingedAt > 0) {
    if (now - connection.pingedAt > pingMs) connection.drop()
  } else if (now - connection.lastSeenAt > pingMs) {
    connection.pingedAt = now
    connection.socket?.ping()
  }
}

function isCheckDue(
  { checkAt, session: { expiresAt } }: Connection['shared'] & object,
  now: number,
  { registry, checkMs }: WatchOptions,
): boolean {
  if (expiresAt !== null && expiresAt <= now) return true
  // Where only this process has the sessions, it is told of each that ends.
  const { traits, revoker } = registry.sessions.strategy
  return checkAt <= now && checkMs > 0 && (traits.shared || revoker === null)
}
