// Its published types declare `req.session` for themselves, so they cannot stand beside ours in one program.
declare module 'express-session' {
  import type { RequestHandler } from 'express'

  namespace session {
    interface SessionData {}
    class Store {}
    class MemoryStore extends Store {
      readonly sessions: Record<string, string>
    }
  }
  function session(options: {
    secret: readonly string[]
    store: session.Store
    resave: boolean
    saveUninitialized: boolean
    cookie?: { maxAge?: number }
  }): RequestHandler
  export = session
}

declare module 'connect-pg-simple' {
  import type { Pool } from 'pg'

  export default function connectPgSimple(
    expressSession: typeof session,
  ): new (options: {
    pool: Pool
    createTableIfMissing: boolean
  }) => session.Store
}

declare module 'client-sessions' {
  import type { RequestHandler } from 'express'

  export default function sessions(options: {
    cookieName: string
    secret: string
    duration: number
    activeDuration: number
  }): RequestHandler
}

declare module 'cookie-session' {
  import type { RequestHandler } from 'express'

  export default function cookieSession(options: {
    name: string
    keys: readonly string[]
    maxAge: number
  }): RequestHandler
}

declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  namespace autocannon {
    interface Client extends EventEmitter {
      /** Not in its documentation: this client's own copy of the options. */
      opts: { verifyBody: (body: string) => boolean }
      setHeaders(headers: Record<string, string>): void
      setRequests(requests: Request[]): void
    }
    interface Request {
      method?: string
      path?: string
      headers?: Record<string, string>
      setupRequest?: (request: Request) => Request
    }
    interface Options {
      url: string
      connections: number
      duration?: number
      amount?: number
      /** Stops after so many errors. */
      bailout?: number
      sampleInt?: number
      method?: string
      headers?: Record<string, string>
      requests?: Request[]
      setupClient?: (client: Client) => void
    }
    interface Result {
      errors: number
      timeouts: number
      mismatches: number
      non2xx: number
      totalCompletedRequests: number
      totalBytes?: number
    }
    interface Instance extends EventEmitter, PromiseLike<Result> {
      stop(): void
    }
  }
  function autocannon(options: autocannon.Options): autocannon.Instance
  export = autocannon
}
