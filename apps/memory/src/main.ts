import { randomBytes } from 'node:crypto'
import { createStoredStrategy } from '@sojourn/core'
import { startDemo } from '@sojourn/demo'
import { createMemoryStore } from '@sojourn/memory'

const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('base64url')
const store = createMemoryStore({ maxSessions: 10_000 })
const strategy = createStoredStrategy({ store, keys: [secret] })

await startDemo({
  strategy,
  title: 'Sessions in memory',
  about: [
    'Your session lives in the memory of this one process: nothing is faster, and nothing needs to be installed. ' +
      'The cookie in your browser only names it.',
    'Sign in with two browsers, and end one from the other. Then restart the server: everybody is signed out, ' +
      'because the sessions end with the process.',
  ],
  port: 3001,
})
