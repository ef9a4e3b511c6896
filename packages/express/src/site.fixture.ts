import type { Server } from 'node:http'
import { type Clock, createClock, TrialStore } from '@sojourn/conformance'
import { createStoredStrategy } from '@sojourn/core'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { type Served, serve } from './serve.fixture.ts'
import { type ExpressSessionsOptions, sessions } from './sessions.ts'

export interface SiteOptions extends Partial<ExpressSessionsOptions> {
  readonly createApp?: () => Express
  readonly server?: Server
  /** Mounts what comes before the sessions. */
  readonly before?: (app: Express) => void
}

/** A site with sessions, over a store that can be held, counted and made to fail. */
export interface Site extends Served {
  readonly store: TrialStore
  readonly clock: Clock
}

export async function openSite(options: SiteOptions, addRoutes: (app: Express) => void): Promise<Site> {
  const { createApp = express, server, before, ...sessionsOptions } = options
  const store = new TrialStore()
  const clock = createClock()
  const { now } = clock
  const strategy = createStoredStrategy({ store, keys: ['the secret of the site under test'], now })
  const app = createApp()
  app.set('env', 'test') // Otherwise Express logs each error.
  before?.(app)
  app.use(sessions({ strategy, now, ...sessionsOptions }))
  addRoutes(app)
  return { ...(await serve(app, server)), store, clock }
}

/** Answers an error with its status and its code. */
export const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error.status).json({ code: error.code })
}
