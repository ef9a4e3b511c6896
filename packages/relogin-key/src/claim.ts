import type { Claim, Credential, SessionRecord } from '@sojourn/core'

/** What a client presents, once it has been found to be ours. */
export interface Presented extends Claim {
  /** The client's name for this rotation; null from clients that make none. */
  readonly attempt: string | null
}

/** How a key is written. Both may answer at once. */
export interface KeyFormat {
  /** The key of the record's generation. */
  issue(record: SessionRecord): Credential | Promise<Credential>
  /** Null unless we issued it, and what follows is an attempt id or nothing. */
  read(credential: Credential): Presented | null | Promise<Presented | null>
}

/** Of base64url; it comes from the client and is checked by nothing else. */
export const attemptPattern = '[A-Za-z0-9_-]{1,64}'
