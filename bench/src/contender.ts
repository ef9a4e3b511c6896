import type { Express, Request, Response } from 'express'

/** What the common app asks of a way to hold sessions. Each contender is one file in `contenders/`. */
export interface Contender {
  readonly name: string
  /** In a few words, for the tables. */
  readonly about: string
  /** How long what a client holds is good, if nothing ends it: after "good for". */
  readonly lifetime: string
  /** Mounts the middleware, as its README says. */
  mount(app: Express, world: World): void | Promise<void>
  signIn(req: Request, userId: string): void | Promise<void>
  signOut(req: Request, res: Response): void | Promise<void>
  userOf(req: Request): string | null
  dataOf(req: Request): SessionData
  /** Sends the client what has changed, where the middleware leaves that to the application. */
  save?(req: Request): Promise<void>
  /** Ends all sessions of the user, in other browsers too. Absent: there is no way. */
  signOutEverywhere?(req: Request): void | Promise<void>
  /** Ends the user's sessions in other browsers, and signs in anew. Absent: signing in anew is all there is. */
  changePassword?(req: Request): Promise<void>
  /** Clears out what has expired. False: its store does so when it sees fit, and takes no word. */
  clearExpired?(): Promise<boolean>
  /** How many sessions are held now, where the contender can say. */
  countSessions?(): number
}

export interface SessionData {
  counter?: number
  /** Makes the session as large as the run wants it. */
  filler?: string
}

/** What stays the same when the server is restarted. */
export interface World {
  /** Newest first: it signs, the others are still honoured. */
  readonly secrets: readonly [string, ...string[]]
  /** The address of its store: a URL, several with commas between, or a folder; empty if it needs none. */
  readonly store: string
}
