import { resolve } from 'node:path'
import { keepSecret, serveUntilEnded } from '@sojourn/demo'
import { answerError, answerNotFound } from './error-pages.ts'
import { withClientSessions } from './with-client-sessions.ts'
import { withExpressSession } from './with-express-session.ts'
import { withSojourn } from './with-sojourn.ts'

const variants = new Map([
  ['client-sessions', withClientSessions],
  ['express-session', withExpressSession],
  ['sojourn', withSojourn],
])

const createApp = variants.get(process.env.SESSIONS || 'sojourn')
if (createApp === undefined) {
  console.error(`SESSIONS must be one of ${[...variants.keys()].join(', ')}.`)
  process.exit(1)
}

const secret = keepSecret(process.env.DATA_FOLDER || resolve(import.meta.dirname, '../data'))
const app = createApp(secret)
app.use(answerNotFound)
app.use(answerError)
await serveUntilEnded(app.locals.library, app, 3005)
