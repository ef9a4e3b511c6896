import type { SessionStrategy } from '@sojourn/core'
import { findUser, findUserByPassword, type User } from '@sojourn/demo'
import { ClientError, createSocketSessions, type SocketSessions } from '@sojourn/websocket'
import { createGate } from './gate.ts'

export interface SocketsOptions {
  readonly strategy: SessionStrategy
  /** How long a key lives unused, in milliseconds. */
  readonly idleMs: number
}

/** What the server answers to the page. */
export function createSockets({ strategy, idleMs }: SocketsOptions): SocketSessions {
  // A check of a password takes a fifth of a second of a core and 16 MiB.
  const gate = createGate({ atOnce: 2, waiting: 20 })

  const sockets = createSocketSessions({
    strategy,
    idleMs,
    deadlineMs: 12 * 3_600_000,
    checkMs: 10_000,
    onOpen({ session }) {
      if (session.userId !== null && findUser(session.userId) === null) session.signOut() // the account is gone
    },
  })

  return sockets
    .answer('me', ({ session }): User | null => findUser(session.userId))
    .answer('signIn', async (connection, name: unknown, password: unknown): Promise<User> => {
      if (!isShortText(name) || !isShortText(password)) {
        throw new ClientError('invalid_arguments', 'signIn takes a name and a password.')
      }
      const check = gate(() => findUserByPassword(name, password))
      if (check === null) throw new ClientError('busy', 'Too many people are signing in: try again shortly.')
      const user = await check
      if (user === null) throw new ClientError('invalid_login', 'invalid login')
      connection.session.signIn(user.id)
      return user
    })
    .answer('signOut', ({ session }) => session.signOut())
    .answer('signOutEverywhere', ({ session }) => session.signOut({ everywhere: true }))
}

const isShortText = (value: unknown): value is string => typeof value === 'string' && value.length <= 200
