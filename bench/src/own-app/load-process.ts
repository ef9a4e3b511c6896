import { Child } from '../child.ts'
import type { LoadReport } from '../load-process.ts'
import type { Cookie } from './cookie-jar.ts'
import type { Place } from './place.ts'

export interface OwnLoad {
  readonly place: Place
  readonly headers: Readonly<Record<string, string>>
  /** The text of `--expect`. */
  readonly expected: string
  readonly seconds: number
  /** Whether the application takes another request on a connection. */
  readonly keepsAlive: boolean
  /** One for each connection. */
  readonly clients: readonly LoadClient[]
}

export interface LoadClient {
  /** Null: not signed in; each request is of a new visitor, and the page of a user would be wrong. */
  readonly number: number | null
  readonly path: string
  readonly cookies: readonly Cookie[]
}

export interface OwnLoadReport extends Omit<LoadReport, 'wrong'> {
  readonly wrong: Wrong
  /** Whether all connections stayed open. If one was to and did not, nothing else here counts. */
  readonly keepsAlive: boolean
  /** The longest `Cookie` header that was sent at the end. */
  readonly credentialBytes: number
  /** The same, with the cookies that they hold afterwards. */
  readonly clients: readonly LoadClient[]
}

/** Wrong answers. */
export interface Wrong {
  readonly answers: number
  /** Of those, pages of another user. */
  readonly otherUser: number
  /** The first, in words. */
  readonly first: string | null
}

export interface OwnLoadProcess {
  load(load: OwnLoad): Promise<OwnLoadReport>
  kill(): Promise<void>
}

export function startOwnLoadProcess(): OwnLoadProcess {
  const child = new Child('./own-app/load.ts', [], 1)
  return {
    load: load => child.ask<OwnLoadReport>(load),
    kill: () => child.kill(),
  }
}
