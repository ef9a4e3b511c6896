import type { SessionStrategy } from '@sojourn/core'
import { ClientError, createSocketSessions, type SocketConnection } from '@sojourn/websocket'
import { describe, greet, type Hello, type Visitor, type VisitorData } from './visitor.ts'

const dayMs = 86_400_000

export interface PlusOneOptions {
  readonly strategy: SessionStrategy
  /** How long a visitor who stays away is remembered, in milliseconds; default 30 days. */
  readonly idleMs?: number
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}

type Connection = SocketConnection<VisitorData>

/** The sessions of the demo. All connections of a session see each change of it at once. */
export function createSockets({ strategy, idleMs = 30 * dayMs, now = Date.now }: PlusOneOptions) {
  /** The session that each connection was last seen in. */
  const ids = new WeakMap<Connection, string>()

  const sockets = createSocketSessions<VisitorData>({
    strategy,
    idleMs,
    deadlineMs: Math.max(365 * dayMs, idleMs),
    now,
    path: '/socket',

    onOpen(connection) {
      const before = ids.get(connection)
      const { session } = connection
      ids.set(connection, session.id)
      connection.onChanged(() => show(connection))
      if (before !== undefined) showAll(before)
      if (session.expiresAt !== null) showAll(session.id)
    },
    onClosed: connection => showAll(ids.get(connection) ?? ''),
  })

  /** Without one that is just leaving it for another session. */
  function windowsOf(id: string): Connection[] {
    return sockets.connectionsOf(id).filter(({ session }) => session.id === id)
  }

  function visitorOf({ session }: Connection): Visitor {
    return describe(session, windowsOf(session.id).length, now())
  }

  function show(connection: Connection): void {
    ids.set(connection, connection.session.id)
    connection.tell('visitor', visitorOf(connection))
  }

  function showAll(id: string): void {
    for (const connection of windowsOf(id)) show(connection)
  }

  /** Saved first, as what a visitor is told is what is stored. */
  async function save(connection: Connection): Promise<Visitor> {
    await connection.session.save()
    return visitorOf(connection)
  }

  return sockets
    .answer('hello', (connection, hello) => {
      greet(connection.session, checkHello(hello), now())
      return save(connection)
    })
    .answer('plus-one', connection => {
      const { session } = connection
      session.count = (session.count ?? 0) + 1
      return save(connection)
    })
    .answer('forget-me', (connection, hello) => {
      const checked = checkHello(hello)
      connection.session.signOut()
      greet(connection.session, checked, now()) // the same window goes on as somebody new
      return save(connection)
    })
}

function checkHello(hello: unknown): Hello {
  const { visit, fromClient } = (hello ?? {}) as { readonly [K in keyof Hello]?: unknown }
  if (isText(visit, 64) && visit !== '' && isText(fromClient, 500)) return { visit, fromClient }
  throw new ClientError(
    'bad_hello',
    'Say hello with { visit, fromClient }: texts of 1 to 64 and of up to 500 characters.',
  )
}

const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === 'string' && value.length <= maxLength
