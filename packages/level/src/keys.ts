import type { SessionRecord } from '@sojourn/core'

const minuteMs = 60_000

/** Where the record of a session is. */
export const sessionKey = (id: string): string => `session!${id}`

/** The keys that lead to a record. They hold nothing, and change in one batch with it. */
export function indexKeys({ id, userId, expiresAt }: SessionRecord): string[] {
  const expiry = `${expiryKeysOf(Math.ceil(expiresAt / minuteMs))}${id}`
  return userId === null ? [expiry] : [expiry, `${userKeysOf(userId)}${id}`]
}

export const idOfUserKey = (key: string, userId: string): string => key.slice(userKeysOf(userId).length)

export const idOfExpiryKey = (key: string): string => key.slice(expiryKeysOf(0).length)

/** All keys of a user, and of no other. */
export function userRange(userId: string): { gt: string; lt: string } {
  const prefix = userKeysOf(userId)
  return { gt: prefix, lt: `${prefix.slice(0, -1)}"` } // `"` is what follows `!`
}

/** All keys of what had expired at `now`, but for the last minute. */
export function dueRange(now: number): { gt: string; lt: string } {
  return { gt: expiryKeysOf(0), lt: expiryKeysOf(Math.floor(now / minuteMs) + 1) }
}

/**
 * A user id may have any character. As JSON its end is unmistakable, and lone surrogates, which would all become the
 * same in UTF-8, stay apart.
 */
const userKeysOf = (userId: string) => `user!${JSON.stringify(userId)}!`

/** By the minute: the saves within one leave the key as it is. The digits are enough for any safe integer of ms. */
const expiryKeysOf = (minute: number) => `expiry!${String(minute).padStart(12, '0')}!`
