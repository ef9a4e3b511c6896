import { resolve } from 'node:path'
import { onSessionEvent } from '@sojourn/core'
import { keepSecret, serveUntilEnded } from '@sojourn/demo'
import { createLevelStore } from '@sojourn/level'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { createPlusOne } from './create-plus-one.ts'

const refuse = (error: Error): never => {
  console.error(error.message)
  process.exit(1)
}

const { DATA_FOLDER, IDLE_MS } = process.env
const folder = DATA_FOLDER || resolve(import.meta.dirname, '../data')
const secret = keepSecret(folder)
const store = await createLevelStore({ location: resolve(folder, 'sessions') }).catch(refuse)
const strategy = createReloginKeyStrategy({ store, keys: [secret], graceMs: 0 }) // all its clients make attempt ids
const { server, sockets } = await createPlusOne({
  strategy,
  ...(IDLE_MS && { idleMs: Number(IDLE_MS) }),
}).catch(refuse)
onSessionEvent('reuse', ({ sessionId }) => console.log(`A key of session ${sessionId} was in two hands.`))

const hint = 'Open it in several windows.'
await serveUntilEnded('A session for each browser', server, 3007, {
  hint,
  closeSockets: () => sockets.close(),
})
await strategy.close()
