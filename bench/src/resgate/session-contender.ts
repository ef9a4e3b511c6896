import { onSessionEvent, type SessionStore } from '@sojourn/core'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { connectToNats, createSessionService } from '@sojourn/resgate'
import type { ResgateContender, ResgateWorld } from './contender.ts'
import { findUserByPassword, userOf } from './users.ts'

/** A load generator is a flood, from one address. */
const noLimit = 2 ** 31 - 1

/** Sojourn's relogin keys over a store, served as the README of `@sojourn/resgate` says. */
export function createSessionContender(
  name: string,
  about: string,
  createStore: (world: ResgateWorld) => SessionStore | Promise<SessionStore>,
): ResgateContender {
  let reuses = 0
  return {
    name,
    about,
    async serve(world) {
      onSessionEvent('reuse', () => void reuses++)
      const store = await createStore(world)
      const nats = await connectToNats({ servers: world.nats })
      const service = createSessionService({
        nats,
        strategy: createReloginKeyStrategy({ store, keys: world.secrets }),
        connections: store,
        findUserByPassword: async (username, password) => findUserByPassword(username, password),
        findUser: async id => userOf(Number(id)),
        failuresPerUser: noLimit,
        failuresPerAddress: noLimit,
      })
      await service.start()
      await nats.flush()
    },
    countReuses: () => reuses,
  }
}
