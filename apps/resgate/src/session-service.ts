/* A part of the demo, a process of its own: who is signed in on which connection. */
import { onSessionEvent } from '@sojourn/core'
import { keepSecret } from '@sojourn/demo'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { connectToNats, createSessionService } from '@sojourn/resgate'
import { openStore } from './open-store.ts'
import { settings } from './settings.ts'
import { untilEnded } from './until-ended.ts'
import { findUser, findUserByPassword } from './users.ts'

const refuse = (error: Error): never => {
  console.error(error.message)
  process.exit(1)
}
const { folder, idleMs, natsUrl } = settings

const secret = keepSecret(folder)
const { store, place, end } = await openStore(folder).catch(refuse)
const strategy = createReloginKeyStrategy({ store, keys: [secret] })
const nats = await connectToNats({ servers: natsUrl, name: 'session' })
const service = createSessionService({
  nats,
  strategy,
  connections: store,
  findUser,
  findUserByPassword,
  idleMs,
  deadlineMs: Math.max(12 * 3_600_000, idleMs),
})
onSessionEvent('reuse', ({ sessionId, keyAgeMs }) => {
  console.log(`reuse: a copy of a key, ${keyAgeMs} ms old; session ${sessionId} ended`)
})
await service.start()
console.log(`Session service: process ${process.pid}. Sessions: ${place}`)

await untilEnded()
await service.close()
await nats.close()
await strategy.close()
end()
