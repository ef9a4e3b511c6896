import type { SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createClient } from 'redis'
import type { SessionUser } from './index.ts'

/** Opens `Place.url` as a process of its own would. */
export async function openPlace(url: string) {
  const { store, close } = await openStore(url)
  const strategy = createReloginKeyStrategy({ store, keys: ['a secret of more than thirty-two bytes'] })
  return {
    store,
    strategy,
    async [Symbol.asyncDispose]() {
      await strategy.close()
      await close()
    },
  }
}

async function openStore(url: string): Promise<{ store: SessionStore; close(): Promise<void> }> {
  if (!url.startsWith('redis:')) {
    const store = createDatabaseStore({ driver: createSqliteDriver(url) })
    await store.migrate()
    return { store, close: async () => {} }
  }
  const client = await createClient({ url }).connect()
  return { store: createRedisStore({ client: fromNodeRedis(client) }), close: () => client.close() }
}

/** Everybody has an account: the password is the name. */
export const people = {
  findUserByPassword: async (username: string, password: string) =>
    username === password ? describePerson(username) : null,
  findUser: async (id: string) => describePerson(id),
}

export const describePerson = (id: string): SessionUser => ({ id, name: `The ${id}`, role: 'user' })

export const nobody = { id: null, name: null, role: null }
