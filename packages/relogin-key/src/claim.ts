import { hash } from 'node:crypto'
import type { Claim, Credential, SessionRecord } from '@sojourn/core'

/** What a client presents, once it has been found to be ours. */
export interface Presented extends Claim {
  /** The client's name for this rotation; null from clients that make none. */
  readonly attempt: string | null
  /** That of the key, and of those that follow it. */
  readonly bond: string | null
}

/** How a key is written. Both may answer at once. A key is good with the bond that it was issued with, and no other. */
export interface KeyFormat {
  /** The key of the record's generation. */
  issue(record: SessionRecord, bond: string | null): Credential | Promise<Credential>
  /** Null unless we issued it, with that bond, and what follows is an attempt id or nothing. */
  read(credential: Credential, bond: string | null): Presented | null | Promise<Presented | null>
}

/** Of base64url; it comes from the client and is checked by nothing else. */
export const attemptPattern = '[A-Za-z0-9_-]{1,64}'

/** What a key holds of the second credential that it is bound to: its SHA-256, as 43 characters of base64url. */
export const bondOf = (binding: string): string => hash('sha256', binding, 'base64url')
