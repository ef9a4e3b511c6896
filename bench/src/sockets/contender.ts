import type { Server } from 'node:http'
import type { World } from '../contender.ts'

/** A way to hold sessions of clients that live on sockets. All speak the frames of `@sojourn/websocket`. */
export interface SocketContender {
  readonly name: string
  /** In a few words, for the tables. */
  readonly about: string
  /** Takes the upgrades of `server`. Answers `sign-in`, `read` and `write`, each with an `Answer`. */
  serve(server: Server, world: World): void | Promise<void>
  /** How many spent keys it has found in use, and ended the session for. */
  countReuses(): number
}

export interface Answer {
  readonly user: string | null
  readonly counter: number
}
