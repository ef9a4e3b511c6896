// Published types of these two declare `req.session` for themselves, so they cannot stand beside ours in one program.
// What the application calls of theirs, `reset` and `destroy`, ours has, too.
declare module 'client-sessions' {
  import type { RequestHandler } from 'express'

  export default function sessions(options: {
    cookieName: string
    secret: string
    duration: number
    activeDuration: number
  }): RequestHandler
}

declare module 'express-session' {
  import type { RequestHandler } from 'express'

  export default function session(options: {
    secret: string
    resave: boolean
    saveUninitialized: boolean
  }): RequestHandler
}
