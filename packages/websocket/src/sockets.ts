import type { Server } from 'node:http'
import {
  createSessions,
  type Session,
  type SessionData,
  type SessionError,
  type Sessions,
} from '@sojourn/core'
import { ClientError } from './client-error.ts'
import type { Connection } from './connection.ts'
import type { ConnectionContext } from './connection-context.ts'
import { Entrance } from './enter.ts'
import { Handshakes, type UpgradeListener } from './handshakes.ts'
import { Inbox, type Presenting } from './inbox.ts'
import { completeOptions, type SocketSessionsOptions } from './options.ts'
import { closeCodes } from './protocol.ts'
import { Registry } from './registry.ts'
import { Saver } from './saver.ts'
import type { SharedSession } from './shared-session.ts'
import type { SocketConnection } from './socket-connection.ts'
import { startWatch } from './watch.ts'

export interface SocketSessions<D extends object = SessionData> {
  /**
   * Answers the messages of a type. What `answer` changes in `connection.session` is saved before its value goes out.
   * A `ClientError` or `SessionError` that it throws is refused with its code, anything else as `internal`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: what clients send is the application's to check
  answer(type: string, answer: (connection: SocketConnection<D>, ...args: any[]) => unknown): this
  /** For `server.on('upgrade', …)`. */
  readonly handleUpgrade: UpgradeListener
  /** Serves the upgrades of `path`. */
  attach(server: Pick<Server, 'on' | 'off' | 'listenerCount'>): this
  readonly connections: ReadonlySet<SocketConnection<D>>
  /** Those that are in this session, in this process. */
  connectionsOf(sessionId: string): SocketConnection<D>[]
  /** Closes all connections with 1001, and waits for that. Ends no session, and closes no strategy or store. */
  close(): Promise<void>
}

/**
 * Sessions for a WebSocket server. See `@sojourn/client` for the client, and docs/websocket-protocol.md for others.
 *
 * @throws {SessionError} `invalid_option`
 */
export function createSocketSessions<D extends object = SessionData>(
  options: SocketSessionsOptions<D>,
): SocketSessions<D> {
  const settings = completeOptions(options)
  const { tickets, changes = null, onOpen = () => {}, onClosed } = options
  const now = options.now ?? Date.now
  const onError = (error: unknown, connection: Connection | null = null) => {
    if (options.onError === undefined) console.error(error)
    else options.onError(error, connection as SocketConnection<D> | null)
  }
  const sessions = createSessions(options)
  const registry = new Registry({ sessions, changes, now, checkMs: settings.checkMs, onError })
  const saver = new Saver(registry, { changes, now, onError })
  const connections = new Set<Connection>()
  const entrance = new Entrance(registry, saver, connection =>
    onOpen(connection as SocketConnection<object> as SocketConnection<D>),
  )

  const context: ConnectionContext = {
    highWaterBytes: settings.highWaterBytes,
    maxBufferedBytes: settings.maxBufferedBytes,
    now,
    createLimbo: (fault: SessionError): Session =>
      sessions.openAnonymous({ replaced() {}, canDeliver: () => false }, fault),
    ended(connection, code, reason) {
      connections.delete(connection)
      if (connection.shared !== null) entrance.leave(connection, connection.shared)
      if (onClosed !== undefined) {
        connection.attempt(() =>
          onClosed(connection as SocketConnection<object> as SocketConnection<D>, code, reason),
        )
      }
    },
    onError,
  }

  const present = (connection: Connection, [kind, , value]: Presenting) => {
    if (kind === 'present') {
      if (settings.credential === 'cookie') {
        connection.end(closeCodes.badMessage, 'bad message')
        throw new ClientError('bad_message', 'The cookie presents, at the handshake.')
      }
      return entrance.enter(connection, {
        open: host =>
          value === null
            ? Promise.resolve(sessions.openAnonymous<object>(host))
            : resume(sessions, value, host, connection),
        isClaim: value !== null,
        canReceive: true,
      })
    }
    return entrance.enter(connection, {
      async open(host) {
        const holder = (await tickets?.redeem(value)) ?? null
        const session = holder === null ? null : await sessions.openById(holder.sessionId, host)
        return session !== null && session.userId === holder?.userId ? session : null
      },
      isClaim: true,
      canReceive: false,
    })
  }

  const inbox = new Inbox({ ...settings, registry, saver, now, present, onError })
  const handshakes = new Handshakes({
    ...settings,
    origins: options.origins,
    sessions,
    context,
    connections,
    inbox,
    entrance,
    now,
  })
  const stopWatch = startWatch({ ...settings, registry, connections, now, onError })

  return {
    answer(type, answer) {
      inbox.answerers.set(type, answer)
      return this
    },
    handleUpgrade: handshakes.handle,
    attach(server) {
      handshakes.attach(server)
      return this
    },
    connections: connections as ReadonlySet<unknown> as ReadonlySet<SocketConnection<D>>,
    connectionsOf: id => [...(registry.byId.get(id)?.connections ?? [])] as unknown as SocketConnection<D>[],
    async close() {
      stopWatch()
      const closed = handshakes.close()
      for (const connection of [...connections]) connection.end(closeCodes.goingAway, 'server going away')
      await closed
      registry.close()
    },
  }
}

/** The second credential may have come several times: the one that is good is the one from now on. */
async function resume(
  sessions: Sessions,
  credential: string,
  host: SharedSession,
  connection: Connection,
): Promise<Session<object>> {
  const { bindings } = connection
  for (const binding of bindings) {
    host.trying = binding
    const session = await sessions.open<object>([credential], host).finally(() => {
      host.trying = null
    })
    if (session.expiresAt === null) continue
    connection.bindings = [binding, ...bindings.filter(other => other !== binding)]
    return session
  }
  if (bindings.length > 0) return sessions.openAnonymous<object>(host)
  return sessions.open<object>([credential], host)
}
