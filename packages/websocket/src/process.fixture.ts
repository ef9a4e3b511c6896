import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LiveSession, SessionStore } from '@sojourn/core'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { createRedisStore, fromNodeRedis } from '@sojourn/redis'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createClient } from 'redis'
import { listen } from './client.fixture.ts'
import { createChangeFeed, createSocketSessions, createTickets } from './index.ts'
import { type Data, secret } from './site.fixture.ts'

/** A server in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string
}

/** `store`: the URL of a Redis server, or the path of an SQLite file. */
export async function startProcess(store: string): Promise<ServerProcess> {
  const child = fork(fileURLToPath(import.meta.url), [store], { execArgv: ['--conditions=source'] })
  const exited = once(child, 'exit')
  const [url] = await Promise.race([once(child, 'message'), exited])
  if (typeof url !== 'string') throw new Error('The server did not start.')
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await exited
    },
  }
}

async function openStore(store: string): Promise<SessionStore> {
  if (!store.startsWith('redis:')) {
    const opened = createDatabaseStore({ driver: createSqliteDriver(store) })
    await opened.migrate()
    return opened
  }
  const client = createClient({ url: store })
  await client.connect()
  return createRedisStore({ client: fromNodeRedis(client) })
}

async function serve(store: SessionStore): Promise<string> {
  const strategy = createReloginKeyStrategy({ store, keys: [secret] })
  const tickets = createTickets({ strategy, store })
  const sockets = createSocketSessions<Data>({
    strategy,
    tickets,
    changes: createChangeFeed({ store }),
    onOpen(connection) {
      connection.onChanged(() => void connection.tell('changed', { ...connection.session }))
    },
  })
  sockets
    .answer('put', async ({ session }, value: string) => {
      session.note = value
      await session.save()
    })
    .answer('sign-in', ({ session }, userId: string) => session.signIn(userId))
    .answer('sign-out', ({ session }) => session.signOut())
    .answer('ticket', ({ session }) => tickets.issue(session as LiveSession))
    .answer('data', ({ session }) => ({ ...session }))
  const { server, url } = await listen()
  sockets.attach(server)
  process.on('disconnect', async () => {
    await sockets.close()
    server.close()
    await strategy.close()
    process.exit()
  })
  return url
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.send(await serve(await openStore(process.argv[2] ?? '')))
}
