import type { Session } from '@sojourn/core'

/** What the server remembers of a visitor. Times are milliseconds since the epoch. */
export interface VisitorData {
  count: number
  firstVisitTime: number
  previousVisitTime: number
  latestVisitTime: number
  /** What clients called their latest visits, newest first: to say hello again is no new one. */
  latestVisits: string[]
  /** What the client said of itself when the session was made, and never again. */
  fromClient: string
}

/** What a visitor is told. Times are milliseconds since the epoch. */
export interface Visitor {
  /** Of the session: public, worthless as a credential. */
  readonly id: string
  readonly count: number
  readonly firstVisitTime: number
  /** Null on the first visit. */
  readonly previousVisitTime: number | null
  readonly latestVisitTime: number
  readonly fromClient: string
  /** How many windows and programs are in the session now. */
  readonly windows: number
  readonly expiresAt: number | null
  readonly deadline: number | null
  /** The server's clock. */
  readonly now: number
}

/** What a client says when it comes. */
export interface Hello {
  /** A name for this visit, made up by the client. */
  readonly visit: string
  readonly fromClient: string
}

/** So many windows at once may come back after the connection was lost. */
const maxVisits = 20

export function greet(session: Session<VisitorData>, { visit, fromClient }: Hello, now: number): void {
  const { latestVisits = [] } = session
  if (latestVisits.includes(visit)) return
  if (session.latestVisitTime === undefined) {
    session.firstVisitTime = now
    session.fromClient = fromClient
  } else {
    session.previousVisitTime = session.latestVisitTime
  }
  session.latestVisitTime = now
  session.latestVisits = [visit, ...latestVisits].slice(0, maxVisits)
}

export function describe(session: Session<VisitorData>, windows: number, now: number): Visitor {
  const { id, expiresAt, deadline, count = 0, fromClient = '', previousVisitTime = null } = session
  const { firstVisitTime = now, latestVisitTime = now } = session
  const visits = { firstVisitTime, previousVisitTime, latestVisitTime }
  return { id, count, ...visits, fromClient, windows, expiresAt, deadline, now }
}
