import { createStoredStrategy } from '@sojourn/core'
import { createMemoryStore } from '@sojourn/memory'
import { createReloginKeyStrategy } from '@sojourn/relogin-key'
import { listen } from './client.fixture.ts'
import { createSocketSessions } from './index.ts'
import { secret } from './site.fixture.ts'

/* Says what the process takes whenever it is asked to. */

const create = process.argv[2] === 'relogin-key' ? createReloginKeyStrategy : createStoredStrategy
const strategy = create({ store: createMemoryStore(), keys: [secret] })
const sockets = createSocketSessions<{ cart: string[] }>({ strategy })
sockets.answer('sign-in', ({ session }, userId: string) => {
  session.signIn(userId)
  session.cart = ['tea']
})
const { server, url } = await listen()
sockets.attach(server)
process.on('disconnect', () => process.exit())
process.on('message', () => {
  for (let times = 0; times < 5; times++) globalThis.gc?.()
  process.send?.({ bytes: process.memoryUsage.rss(), sockets: sockets.connections.size })
})
process.send?.(url)
