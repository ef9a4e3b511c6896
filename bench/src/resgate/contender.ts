import type { World } from '../contender.ts'

export interface ResgateWorld extends World {
  /** Where NATS is. */
  readonly nats: string
}

/** A way to hold sessions of clients that come through Resgate: a service on NATS that is called `session`. */
export interface ResgateContender {
  readonly name: string
  /** In a few words, for the tables. */
  readonly about: string
  /** Resolves when requests are heard. */
  serve(world: ResgateWorld): Promise<void>
  /** How many spent keys it has found in use, and ended the session for. */
  countReuses(): number
}
