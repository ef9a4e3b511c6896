import { isDeepStrictEqual } from 'node:util'
import type { Told } from './gateway-side.ts'
import type { User } from './users.ts'

/**
 * The key that a connection was given when it came into a session: after the token, and the user in place of nobody.
 *
 * @throws {Error} if it was told anything else, or in another order
 */
export function keyGiven(told: readonly Told[], user: User, presented: string | null): string {
  const [token, change, answer] = told
  if (
    told.length === 3 &&
    token?.kind === 'token' &&
    change?.kind === 'change' &&
    answer?.kind === 'answer' &&
    token.payload.token?.userId === user.id &&
    token.payload.token.role === user.role &&
    (token.payload.tid ?? token.payload.token.sid) === token.payload.token.sid &&
    isDeepStrictEqual(change.payload.values, user)
  ) {
    const { reloginKey } = answer.payload.result ?? {}
    if (typeof reloginKey === 'string' && reloginKey !== presented) return reloginKey
  }
  throw new Error(
    `user ${user.id} was told ${JSON.stringify(told.map(({ kind, payload }) => [kind, payload]))}`,
  )
}
