import type { TakenOver } from '@sojourn/express'

/** What the application had put into its session. Signed, but as old as it may be: check what you use of it. */
export type Content = Readonly<Record<string, unknown>>

/** Where the cookies were set, of the options of the library: elsewhere they cannot be cleared. */
export interface CookiePlace {
  readonly path?: string | undefined
  readonly domain?: string | undefined
  readonly [other: string]: unknown
}

export interface BridgeOptions {
  /** From then on nothing is read. Choose it no later than the last of the old cookies is good. */
  readonly until: Date
  /**
   * Says whose session it was, and what of it to keep; null refuses it. What it throws is a fault, not a refusal: the
   * request fails with `store_unavailable`, and the client can try again. Names that belong to our session itself
   * (`id`, `userId`, `save`, …) need another, or the session is refused whole.
   */
  readonly convert: (content: Content) => TakenOver | null | Promise<TakenOver | null>
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number
}
