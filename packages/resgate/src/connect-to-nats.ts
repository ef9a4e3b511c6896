import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'

/** Connects as a service should: waits for a NATS that is not there yet, and never gives up one that went away. */
export function connectToNats(options: NodeConnectionOptions): Promise<NatsConnection> {
  return connect({
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: 10_000, // two without an answer, and it counts as gone
    ...options,
  })
}
