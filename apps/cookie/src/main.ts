import { resolve } from 'node:path'
import { createCookieStrategy, createRevocations } from '@sojourn/cookie'
import { createDatabaseStore, createSqliteDriver } from '@sojourn/database'
import { keepSecret, startDemo } from '@sojourn/demo'

const folder = process.env.DATA_FOLDER || resolve(import.meta.dirname, '../data')
const sealing = { keys: [keepSecret(folder)], cookieName: 'cookie-session' }
const second = (env: string) => `\`${env}PORT=3014 npx turbo run dev --filter=demo-cookie\``

const common =
  'Your session is the cookie in your browser, sealed: you can neither read nor change it, and the server keeps no ' +
  'session. So it outlives a restart, and every server that has the secret knows you.'

async function createRevocable() {
  const store = createDatabaseStore({ driver: createSqliteDriver(resolve(folder, 'revocations.db')) })
  await store.migrate()
  return createCookieStrategy({ ...sealing, revocations: createRevocations({ store }) })
}

if (process.env.REVOCABLE) {
  await startDemo({
    strategy: await createRevocable(),
    title: 'Sessions in a cookie, revocable',
    about: [
      common,
      'What has ended is listed in a small SQLite file, from which all servers learn it within a second. So sign-out ' +
        'and sign-out everywhere are real: copy the cookie, sign out, and put the copy back. Which other sessions you have nobody knows, but ' +
        'they can all be ended.',
      `Start a second server, and sign out everywhere on one of them: ${second('REVOCABLE=1 ')}`,
    ],
    port: 3004,
  })
} else {
  await startDemo({
    strategy: createCookieStrategy(sealing),
    title: 'Sessions in a cookie',
    about: [
      common,
      'What a cookie cannot do: end a copy of itself. Copy it, sign out, put the copy back, and you are signed in. ' +
        'With `REVOCABLE=1` in the environment, that ends, too.',
      `Sign in, then restart the server: you stay signed in. Start a second server, and open it: ${second('')}`,
    ],
    port: 3004,
  })
}
