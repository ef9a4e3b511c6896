import { onSessionEvent, type SessionStore } from '@sojourn/core'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createSocketSessions } from '@sojourn/websocket'
import type { World } from '../contender.ts'
import type { Answer, SocketContender } from './contender.ts'

interface Data {
  counter: number
}

/** Sojourn's relogin keys over a store, served as the README of `@sojourn/websocket` says. */
export function createReloginContender(
  name: string,
  about: string,
  createStore: (world: World) => SessionStore | Promise<SessionStore>,
): SocketContender {
  let reuses = 0
  return {
    name,
    about,
    async serve(server, world) {
      onSessionEvent('reuse', () => void reuses++)
      const strategy = createReloginKeyStrategy({ store: await createStore(world), keys: world.secrets })
      // A load generator is a flood.
      const sockets = createSocketSessions<Data>({ strategy, messagesPerSecond: 1_000_000 })
      type Session = Parameters<Parameters<typeof sockets.answer>[1]>[0]['session']
      const answer = ({ userId, counter = 0 }: Session): Answer => ({ user: userId, counter })
      sockets
        .answer('sign-in', ({ session }, user: string) => {
          session.signIn(user)
          return { user, counter: 0 }
        })
        .answer('read', ({ session }) => answer(session))
        .answer('write', ({ session }) => {
          session.counter = (session.counter ?? 0) + 1
          return answer(session)
        })
        .attach(server)
    },
    countReuses: () => reuses,
  }
}
