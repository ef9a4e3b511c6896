import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { onSessionEvent } from '@sojourn/core'
import { findUser, keepSecret, serveUntilEnded } from '@sojourn/demo'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createApp } from './create-app.ts'
import { createSockets } from './create-sockets.ts'
import { openStore } from './open-store.ts'
import { startTicker } from './ticker.ts'

const refuse = (error: Error) => {
  console.error(error.message)
  process.exit(1)
}
const title = 'One-time relogin keys'
const folder = process.env.DATA_FOLDER || resolve(import.meta.dirname, '../data')
const renewMs = Number(process.env.RENEW_MS || 60_000)
const idleMs = Number(process.env.IDLE_MS || 90_000)

const { store, place, end } = await openStore(process.env.REDIS_URL, folder).catch(refuse)
const strategy = createReloginKeyStrategy({ store, keys: [keepSecret(folder)] })
const sockets = createSockets({ strategy, idleMs })
const server = createServer(await createApp({ title, renewMs, idleMs }))
sockets.attach(server)
const stopTicker = startTicker(sockets.connections)

onSessionEvent('reuse', ({ sessionId, userId, keyAgeMs }) => {
  const name = findUser(userId)?.name ?? 'nobody'
  console.log(`reuse: a copy of a key of ${name}, ${keyAgeMs} ms old; session ${sessionId} ended`)
})

console.log(`Sessions: ${place}`)
await serveUntilEnded(title, server, 3006, { closeSockets: () => sockets.close() })
stopTicker()
await strategy.close()
end()
