import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type Clock, createClock, TrialStore } from '@sojourn/conformance'
import { createCookieStrategy } from '@sojourn/cookie'
import { createStoredStrategy, type SessionStrategy } from '@sojourn/core'
import { type ExpressSessionsOptions, sessions } from '@sojourn/express'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { type Library, minuteMs } from './libraries.fixture.ts'
import type { BridgeOptions, Content } from './options.ts'
import { Visitor } from './visitor.fixture.ts'

export const expressVersions = {
  'Express 5': express,
  'Express 4': createRequire(import.meta.url)('express4') as typeof express,
}

const keys = ['the secret of the site under test']
/** Each with the store that it keeps sessions in, if any. */
export const strategies: Record<string, (now: () => number, store: TrialStore) => SessionStrategy> = {
  stored: (now, store) => createStoredStrategy({ store, keys, now }),
  cookie: now => createCookieStrategy({ keys, now }),
}

export interface Sites extends AsyncDisposable {
  /** On the library. */
  readonly before: string
  /** On ours. */
  readonly after: string
  readonly clock: Clock
  readonly store: TrialStore
  /** Somebody who was signed in before, and has not come since. */
  signedIn(content?: object): Promise<Visitor>
}

interface SiteOptions extends Partial<ExpressSessionsOptions & Pick<BridgeOptions, 'convert'>> {
  readonly createApp?: () => Express
  readonly strategyName?: string
  /** From now. */
  readonly untilMs?: number
}

/** The site as it was and as it is. */
export async function openSites(library: Library, options: SiteOptions = {}): Promise<Sites> {
  const { createApp = express, strategyName = 'stored', convert = toOurs } = options
  const { untilMs = 60 * minuteMs, ...sessionsOptions } = options
  const clock = createClock(Date.now())
  const { now } = clock
  const store = new TrialStore()
  const strategy = strategies[strategyName]?.(now, store) as SessionStrategy

  const before = createApp()
  library.mount(before)
  before.post('/put/:content', async (req, res) => {
    await library.put(req, res, JSON.parse(req.params.content))
    res.send('welcome')
  })

  const after = createApp()
  const until = new Date(now() + untilMs)
  after.use(sessions({ strategy, now, legacy: library.bridge({ until, convert, now }), ...sessionsOptions }))
  addPages(after)

  const [old, ours] = [await serve(before), await serve(after)]
  return {
    before: old.url,
    after: ours.url,
    clock,
    store,
    async signedIn(content = { user: 'ada', cart: ['tea'] }) {
      const visitor = new Visitor()
      await visitor.ask('POST', `${old.url}/put/${encodeURIComponent(JSON.stringify(content))}`)
      return visitor
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([old.close(), ours.close()])
    },
  }
}

export function toOurs({ user, ...data }: Content) {
  return { userId: typeof user === 'string' ? user : null, data }
}

function addPages(app: Express): void {
  app.get('/who', (req, res) => {
    const { cart = [] } = req.session as { cart?: string[] }
    res.send(`${req.session.userId ?? 'nobody'}: ${cart}`)
  })
  app.post('/buy', (req, res) => {
    const session = req.session as { cart?: string[] }
    session.cart = [...(session.cart ?? []), 'milk']
    res.send('bought')
  })
  app.post('/empty', (req, res) => {
    delete (req.session as { cart?: string[] }).cart
    res.send('emptied')
  })
  app.post('/sign-out', (req, res) => {
    req.session.signOut()
    res.send('bye')
  })
  app.post('/reset', (req, res) => {
    req.session.reset()
    res.send('bye')
  })
  app.post('/destroy', (req, res, next) => void req.session.destroy().then(() => res.send('bye'), next))
  app.post('/regenerate', (req, res, next) => void req.session.regenerate().then(() => res.send('bye'), next))
  app.post('/save-sign-out', (req, res, next) => {
    const signOut = () => {
      req.session.signOut()
      res.send('bye')
    }
    req.session.save().then(signOut, next)
  })
  app.post('/save-and-apologise', (req, res) => {
    req.session.save().then(
      () => res.send('saved'),
      () => res.status(503).send('sorry'),
    )
  })
  const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
    res.status(error.status ?? 500).send(error.code)
  }
  app.use(answerError)
}

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
